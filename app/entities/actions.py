"""Notes what interviews ask of entities, and lets it happen: on receipt, or once approved.

Whatever is wrong with an action is written at it and shown to reviewers; the interview itself
never suffers (ODK Entities: a server takes a submission in whatever becomes of its entities).
"""

import logging
from collections.abc import Iterable, Sequence

import orjson

from app.db import columns, db, driver, is_passing
from app.entities.settle import Key, settle
from app.forms.media import REGISTRY
from app.submissions.extract import Record
from app.submissions.record import reader_of
from app.xforms.entity_actions import EntityAction, read_entity_actions

log = logging.getLogger(__name__)

Asked = tuple[Record, EntityAction]

# An action is noted once, however often its interview is read. A place that is all of the project
# is no place: whoever works in the project sees the entity then.
NOTE = """
insert into entity_actions (instance_pk, position, submission_id, list_id, uuid, action, unit_id,
                            state, problem)
select a.instance_pk, a.position, a.submission_id, l.id, a.uuid, a.action::jsonb,
       nullif(a.unit_id, p.org_unit_id),
       case when coalesce(a.problem, case when l.id is null then 'other-list' end) is not null
            then 'failed' when l.needs_approval then 'waiting' else 'new' end,
       coalesce(a.problem, case when l.id is null then 'other-list' end)
from unnest(%s::bigint[], %s::text[], %s::bigint[], %s::int[], %s::text[], %s::text[], %s::text[],
            %s::int[], %s::text[])
     as a (instance_pk, position, submission_id, project_id, list, uuid, action, unit_id, problem)
join projects p on p.id = a.project_id
left join entity_lists l on l.project_id = a.project_id and l.name = a.list
on conflict do nothing
returning list_id, uuid, state
"""


def apply_entities(records: Sequence[Record], approved: Iterable[int] = ()) -> None:
    """Carries out what a batch of interviews asks for; `approved` are submissions among them.

    Forms without entities cost a look at their definition, which is in memory.
    """
    if not (asked := [pair for record in records for pair in _asked(record)]):
        return
    try:
        with db.session.begin_nested():
            keys = _note(asked)
            keys |= _release({record.entry.submission_id for record, _ in asked} & set(approved))
            settle(keys)
    except Exception as error:
        if is_passing(error):
            raise  # the database is away or wants it done again: so does the batch
        log.exception("Entities of a batch failed; its interviews are taken in without them.")
        _note(asked, fault="fault")


def _asked(record: Record) -> list[Asked]:
    # The registry of households is changed by approved listings alone (ADR 16).
    entities = reader_of(record.entry.form_version_id).definition.entities
    blocks = [block for block in entities if block.list != REGISTRY]
    instance = record.reading.instance
    if not blocks or instance.encrypted:
        return []
    return [(record, action) for action in read_entity_actions(instance.root, blocks)]


def _note(asked: Sequence[Asked], fault: str | None = None) -> set[Key]:
    """Writes actions down; the entities that those which may be carried out now are about."""
    rows = [
        (
            record.entry.instance_pk,
            action.position,
            record.entry.submission_id,
            record.entry.project_id,
            action.list,
            action.id,
            orjson.dumps(action.to_json()).decode(),
            record.unit_id,
            action.problem or fault,
        )
        for record, action in asked
    ]
    noted = driver().execute(NOTE, columns(rows)).fetchall()
    return {(list_id, uuid) for list_id, uuid, state in noted if state == "new"}


RELEASE = """
update entity_actions a set state = 'new' from submissions s
where s.id = any(%s) and a.submission_id = s.id and a.instance_pk = s.approved_pk
  and a.state = 'waiting'
returning a.list_id, a.uuid
"""


def apply_approved(submission_ids: Iterable[int]) -> None:
    """Carries out what waited for the approval of these interviews."""
    settle(_release(set(submission_ids)))


def _release(submission_ids: set[int]) -> set[Key]:
    if not submission_ids:
        return set()
    return set(driver().execute(RELEASE, (list(submission_ids),)).fetchall())


RELEASE_ALL = """
update entity_actions a set state = 'new' from submissions s
where a.list_id = %s and a.state = 'waiting' and s.id = a.submission_id
  and a.instance_pk = s.current_pk and s.state <> 'rejected'
returning a.list_id, a.uuid
"""


def apply_all_waiting(list_id: int) -> None:
    """Carries out what waits for approvals that a list does not ask for any more."""
    settle(set(driver().execute(RELEASE_ALL, (list_id,)).fetchall()))
