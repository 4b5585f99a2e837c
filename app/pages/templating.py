"""What every template knows: texts, formats, words for codes, and small pieces of the frame."""

from collections.abc import Callable
from typing import Any

from flask import Flask, g, request
from jinja2 import Environment, StrictUndefined, pass_context
from jinja2.runtime import Context

from app.clock import now
from app.i18n import label, templates
from app.pages import card_words, figure_words, household_words, score_words, words
from app.pages.blueprint import pages
from app.pages.files import static_address
from app.pages.forgery import field


def install(app: Flask) -> None:
    """Teaches the application's templates; a name a template does not know is an error."""
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    templates.install(environment)
    environment.globals.update(static_address=static_address, csrf_field=field, here=_here)
    environment.globals.update(printed_at=now, page_address=_page_address)
    environment.globals.update(full_name=words.full_name)
    _teach(
        environment,
        state=words.state,
        outcome=words.outcome,
        design=words.design,
        policy=words.policy,
        sample_kind=words.sample_kind,
        stratum_kind=words.stratum_kind,
        visit_state=words.visit_state,
        step=words.step,
        flag=words.flag,
        flag_details=words.flag_details,
        form_state=words.form_state,
        parked_reason=words.parked_reason,
        import_state=words.import_state,
        workbook_state=words.workbook_state,
        import_outcome=words.import_outcome,
        skip_reason=words.skip_reason,
        duration=words.duration,
        collect_word=words.collect_word,
        entity_state=words.entity_state,
        entity_conflict=words.entity_conflict,
        entity_problem=words.entity_problem,
        share=words.share,
        card_state=card_words.card_state,
        card_lack=card_words.card_lack,
        card_act=card_words.card_act,
        count_act=figure_words.count_act,
        sureness=figure_words.sureness,
        measured=figure_words.measured,
        card_field=card_words.card_field,
        card_word=card_words.card_word,
        reported_choice=card_words.reported_choice,
        points=score_words.points,
        score_value=score_words.score_value,
        score_rule=score_words.rule,
        missing_points=score_words.missing_points,
        household_sort=household_words.household_sort,
        household_field=household_words.household_field,
        household_change=household_words.household_change,
        household_event=household_words.household_event,
        poverty=household_words.poverty,
        double_reason=household_words.double_reason,
        place=words.place,
        level=words.level,
        place_change=words.place_change,
        extent=words.extent,
        label=label,
    )


def _teach(environment: Environment, **filters: Callable[..., Any]) -> None:
    for name, say in filters.items():
        environment.filters[name] = _when_read(say)


def _when_read(say: Callable[..., Any]) -> Callable[..., Any]:
    """The filter, applied to each reader's page.

    Jinja works filters of constants out while it compiles a template: in the language of whoever
    came first, for everybody. It does not where a filter takes the page's context.
    """

    @pass_context
    def read(_context: Context, *said: Any, **options: Any) -> Any:
        return say(*said, **options)

    return read


@pages.app_context_processor
def _reader() -> dict[str, Any]:
    return {"reader": g.get("reader")}


def _page_address() -> str:
    """The present address in full, as it stands under a page on paper."""
    return request.url


def _here() -> str:
    """The present address, to come back to after choosing a language."""
    return request.full_path.rstrip("?") if request.method == "GET" else "/"
