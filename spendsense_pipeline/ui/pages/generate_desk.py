"""What one open page of `/generate` knows: the draft, what it comes to, the picture of it; and what
happens after a change: it is judged, then pictured, and a newer change ends both."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nicegui import ui

from spendsense_pipeline.controls.checking import check
from spendsense_pipeline.controls.drafts import Draft
from spendsense_pipeline.controls.errors import Problem
from spendsense_pipeline.controls.uploads import config_from_page
from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.launching.preparing import Plan, RunRequest, plan
from spendsense_pipeline.preview.worker import SupersededError
from spendsense_pipeline.publishing.imported import find_import
from spendsense_pipeline.ui.pages.generate_kept import Asking, keep, newest, of_tab

if TYPE_CHECKING:
    from spendsense_pipeline.controls.resolved import ResolvedConfig
    from spendsense_pipeline.preview.records import Preview
    from spendsense_pipeline.ui.room import Room

# Somebody who types is not interrupted; who has stopped does not wait.
_PAUSE_SECONDS = 0.25


@dataclass(frozen=True)
class Judged:
    """What a draft comes to.

    Attributes:
        problems: why it cannot be run.
        plan: what it would make; None with problems.
        held: the import it would replace, in words; "" without.
    """

    problems: tuple[Problem, ...]
    plan: Plan | None
    held: str


class Desk:
    """The state of one page; parts of it are told when it changes.

    Attributes:
        good: what the draft came to when it was last without a problem.
        preview: the last picture.
        failure: why there is none of what is asked now; "" where there is.
        is_picturing: whether a newer one is being made, or about to.
    """

    def __init__(self, room: Room) -> None:
        self.room = room
        self._asking = newest()
        self.is_fresh = False
        self.replace_import = False
        self.judged = Judged((), None, "")
        self.good: ResolvedConfig | None = None
        self.preview: Preview | None = None
        self.failure = ""
        self.is_picturing = False
        self._held: tuple[object, str] | None = None  # opened once for each dataset
        self._is_new = True
        self._pictured: tuple[Any, ...] | None = None
        self._judging: list[Callable[[], object]] = []
        self._picturing: list[Callable[[], object]] = []
        self._task: asyncio.Task[None] | None = None
        self._client = ui.context.client
        self._client.on_connect(self._begin)
        self._client.on_disconnect(self._leave)
        self._client.on_delete(self._leave)

    @property
    def draft(self) -> Draft:
        """What is asked for."""
        return self._asking.draft

    def on_judged(self, part: Callable[[], object]) -> None:
        """Call a part of the page whenever the draft was changed or judged."""
        self._judging.append(part)

    def on_pictured(self, part: Callable[[], object]) -> None:
        """Call a part of the page whenever the picture, or what is said of it, changes."""
        self._picturing.append(part)

    def problems_of(self, section: str, name: str) -> list[str]:
        """What is wrong with one field."""
        return [
            each.sentence
            for each in self.judged.problems
            if each.section == section and name in each.names
        ]

    def request(self, operator: str) -> RunRequest:
        """What is asked, to be run."""
        return RunRequest(
            config=config_from_page(self.draft.asked).given_json(),
            is_fresh=self.is_fresh,
            replace_import=self.replace_import,
            operator=operator,
        )

    def give(self, section: str, name: str, value: Any) -> None:
        """A value was typed; None takes it back."""
        self.draft.give(section, name, value)
        self.changed()

    def lock(self, name: str, keys: list[str]) -> None:
        """Of a distribution these keys, and no others, stay where they are."""
        self._asking.locked[name] = keys
        self._keep()

    def locked(self, name: str) -> list[str]:
        """The keys of a distribution that stay where they are."""
        return self._asking.locked.get(name, [])

    def replace(self, draft: Draft) -> None:
        """Everything is asked anew."""
        self._asking = Asking(draft)
        self.changed(at_once=True)

    def changed(self, *, at_once: bool = False) -> None:
        """Keep the draft, and see what it comes to, soon."""
        self._keep()
        for part in self._judging:
            part()
        self._tell(is_picturing=True)
        self._schedule(0.0 if at_once else _PAUSE_SECONDS)

    async def judge(self) -> None:
        """See what the draft comes to, without telling."""
        asked = Draft(self.draft.asked).asked
        request = RunRequest(config=asked, is_fresh=self.is_fresh)
        edition = self.room.reading.edition().dataset
        known = self._held[1] if self._held and self._held[0] == edition else None
        self.judged = await self.room.reading.work(
            lambda: _judged(self.room, asked, request, held=known)
        )
        if self.judged.plan is not None:
            self._held = (edition, self.judged.held)
            self.good = self.judged.plan.resolved

    def _begin(self) -> None:
        # What the page was built with was judged right before it was delivered.
        is_judged = self._is_new and not self._takes_what_its_tab_asked()
        self._schedule(0.0, is_judged=is_judged)
        self._is_new = False

    def _takes_what_its_tab_asked(self) -> bool:
        """Whether the tab, known only now, was asking for something else than was built."""
        kept = of_tab(self._tab)
        if kept is None:
            self._keep()
        if kept is None or kept.is_as(self._asking):
            return False
        self._asking = kept
        for part in self._judging:
            part()
        return True

    @property
    def _tab(self) -> str:
        return self._client.tab_id or ""

    def _keep(self) -> None:
        keep(self._tab, self._asking)

    def _leave(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
            self.is_picturing = False

    def _schedule(self, seconds: float, *, is_judged: bool = False) -> None:
        # Ends the preview under way, too: it is of what nobody asks for any more.
        if self._task is not None:
            self._task.cancel()
        self._task = asyncio.get_running_loop().create_task(self._follow_up(seconds, is_judged))

    async def _follow_up(self, seconds: float, is_judged: bool) -> None:
        with self._client:
            await asyncio.sleep(seconds)
            if not is_judged:
                await self.judge()
                for part in self._judging:
                    part()
            if self.judged.plan is None:
                self._tell(is_picturing=False)
            else:
                await self._picture(self.judged.plan)

    async def _picture(self, planned: Plan) -> None:
        config = config_from_page(self.draft.asked)
        wanted = (
            json.dumps(config.given_json()),
            planned.resolved.as_of,
            planned.history.history_start,
        )
        if wanted == self._pictured:
            self._tell(is_picturing=False)
            return
        self._tell(is_picturing=True)
        try:
            self.preview = await self.room.previews.preview(*wanted, page=self._client.id)
        except SupersededError:
            return
        except SpendSenseError as error:
            self.failure = str(error)
        else:
            self._pictured, self.failure = wanted, ""
        self._tell(is_picturing=False)

    def _tell(self, *, is_picturing: bool) -> None:
        self.is_picturing = is_picturing
        if is_picturing:
            self.failure = ""
        for part in self._picturing:
            part()


def _judged(room: Room, asked: dict[str, Any], request: RunRequest, *, held: str | None) -> Judged:
    problems = check(asked, today=room.today())
    if problems:
        return Judged(problems, None, "")
    if held is None:
        held = str(find_import(room.settings) or "")
    try:
        planned = plan(room.settings, request, today=room.today())
    except SpendSenseError as error:
        return Judged(tuple(Problem("", (), each) for each in error.problems), None, "")
    return Judged((), planned, held)
