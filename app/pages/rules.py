"""Parts of addresses: ids that fit the columns they are looked up in."""

UNIT = "int(max=2147483647)"
RECORD = "int(max=9223372036854775807)"
