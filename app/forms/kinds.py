"""PURE. What one interview of a form is about, as its settings say."""


def kind_of(settings: dict[str, str]) -> str:
    """`listing`, `household`, `person`, `village`, or `other` for forms outside the programme."""
    if "registers" in settings:
        return "listing"
    if "person_key" in settings:
        return "person"
    if "household_key" in settings:
        return "household"
    return "village" if "org_unit" in settings else "other"
