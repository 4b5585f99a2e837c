"""One line of the result: an indicator in a domain, with all that is known of its precision."""

from dataclasses import dataclass, fields


@dataclass(slots=True)
class Estimate:
    """The fields are the columns of the result, in their order; None is left blank."""

    level: str
    geo_id: str
    breakdown: str
    breakdown_value: str
    indicator: str
    kind: str
    n_eligible: int
    n_valid: int
    n_missing: int
    n_psu_valid: int = 0
    n_strata_valid: int = 0
    w_num: float = 0.0
    w_den: float = 0.0
    se_w_num: float | None = None
    se_w_den: float | None = None
    est: float | None = None
    se: float | None = None
    var: float | None = None
    cv: float | None = None
    df: int | None = None
    deff_wr: float | None = None
    deff_wor: float | None = None
    kish_neff: float | None = None
    ci_lin_lo: float | None = None
    ci_lin_hi: float | None = None
    ci_logit_lo: float | None = None
    ci_logit_hi: float | None = None
    ci_kg_lo: float | None = None
    ci_kg_hi: float | None = None
    ci_wilson_lo: float | None = None
    ci_wilson_hi: float | None = None
    ci_rec_lo: float | None = None
    ci_rec_hi: float | None = None
    ci_rec_method: str = "none"
    flags: str = ""
    # Strata of the unit without any row in the sample: the estimate speaks for the others only.
    strata_left_out: str = ""


COLUMNS = tuple(column.name for column in fields(Estimate))
