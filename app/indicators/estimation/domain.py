"""The estimate of one indicator in one domain."""

import math
from collections.abc import Mapping

from app.indicators.estimation import intervals
from app.indicators.estimation.calibrate import Calibration
from app.indicators.estimation.design import Sample
from app.indicators.estimation.effects import (
    design_effects,
    element_variance,
    kish,
    total_weight,
)
from app.indicators.estimation.elements import Element, residuals, total_of
from app.indicators.estimation.result import Estimate
from app.indicators.estimation.totals import total_up
from app.indicators.estimation.variance import Score, variance


class DomainEstimator:
    """Fills in estimates for domains of one sample; keeps what they all share."""

    def __init__(self, sample: Sample, lonely: str, calibration: Calibration | None) -> None:
        self.sample = sample
        self.lonely = lonely
        self.calibration = calibration

    def fill(self, result: Estimate, elements: Mapping[int, Element]) -> None:
        """Complete a result from the rows of its domain that have an answer (row -> element)."""
        if not elements:
            result.flags = "no_valid" if result.n_eligible else "no_eligible"
            return
        psus = self._count_units(result, elements)
        result.w_num, result.w_den = total_of(elements.values())
        totals = total_up(elements, self.sample.unit_of, self.calibration)
        var_num = self._variance({unit: Score(t.y, t.size_y) for unit, t in totals.items()})
        var_den = self._variance({unit: Score(t.x, t.size_x) for unit, t in totals.items()})
        result.se_w_num, result.se_w_den = math.sqrt(var_num), math.sqrt(var_den)
        if result.kind == "total":
            result.est, result.var = result.w_num, var_num
            _effects(result, list(elements.values()), 0.0, 1.0)
        elif result.w_den:
            result.est = result.w_num / result.w_den
            self._fill_ratio(result, residuals(elements, result.est))
        else:
            result.kish_neff = kish(*total_weight(elements.values()))
            result.flags = "zero_den;"
            return
        result.se = math.sqrt(result.var or 0.0)
        result.cv = result.se / result.est if result.est else None
        _intervals(result, self.sample.is_complete(psus))

    def _fill_ratio(self, result: Estimate, left: Mapping[int, Element]) -> None:
        """The variance of a ratio, from what it leaves of each element and the rest of it."""
        rest = total_of(left.values())[0] / result.w_den
        totals = total_up(left, self.sample.unit_of, self.calibration)
        scores = {unit: total.score(rest) for unit, total in totals.items()}
        result.var = self._variance(scores) / result.w_den**2
        _effects(result, list(left.values()), rest, 1 / result.w_den)

    def _variance(self, scores: Mapping[int, Score]) -> float:
        return variance(self.sample, scores, self.lonely)

    def _count_units(self, result: Estimate, elements: Mapping[int, Element]) -> set[int]:
        sample = self.sample
        psus = {sample.psu_of[sample.unit_of[row]] for row in elements}
        result.n_psu_valid = len(psus)
        result.n_strata_valid = len({sample.stratum_of[psu] for psu in psus})
        result.df = result.n_psu_valid - result.n_strata_valid
        return psus


def _effects(result: Estimate, elements: list[Element], ratio: float, scale: float) -> None:
    weights, squares = total_weight(elements)
    result.kish_neff = kish(weights, squares)
    between = element_variance(elements, ratio, scale * weights)
    found = design_effects(result.var or 0.0, between, result.n_valid, weights)
    result.deff_wr, result.deff_wor = found


def _intervals(result: Estimate, complete: bool) -> None:
    value, var, df = result.est, result.var, result.df
    if value is None or var is None or df is None:
        return
    result.ci_lin_lo, result.ci_lin_hi = intervals.linear(value, var, df) or (None, None)
    if result.kind == "prop":
        n = result.n_valid
        result.ci_logit_lo, result.ci_logit_hi = intervals.logit(value, var, df) or (None, None)
        result.ci_wilson_lo, result.ci_wilson_hi = intervals.wilson(value, var, df) or (None, None)
        exact = intervals.korn_graubard(value, var, df, n)
        result.ci_kg_lo, result.ci_kg_hi = exact or (None, None)
    effective = min(result.n_psu_valid, result.n_valid, result.kish_neff or 0)
    found, result.ci_rec_method = intervals.recommended(
        result.kind, value, var, df, complete=complete, effective=effective
    )
    result.ci_rec_lo, result.ci_rec_hi = found or (None, None)
    if complete:
        result.flags = "census;"
    else:
        result.flags = "df0;" * (df < 1) + "zero_var;" * (var == 0)
