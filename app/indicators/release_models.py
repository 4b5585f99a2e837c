"""Where the places of releases lay when they were made."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class ReleasedPlace(Base):
    """A place as it lay when a release was made, and which interviews of a form count in it.

    A village that had ended has a row as well, in the place that has its ground now. A negative id
    is the ground that a village has of its own, besides that of others which came to it.
    """

    __tablename__ = "released_places"

    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    form_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    partner_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    parent_id: Mapped[int | None]
    # The same in all releases in which the same interviews count there.
    state: Mapped[str]
