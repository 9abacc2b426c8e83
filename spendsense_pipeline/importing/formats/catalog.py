"""The ready formats, read from `layouts/*.yaml`, by the name that `--format` takes."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterator, Mapping
from importlib import resources

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.importing.formats.declaration import ReadyFormat


class _Catalog(Mapping[str, ReadyFormat]):
    """The formats in order of name, read when somebody first asks."""

    @functools.cached_property
    def _read(self) -> dict[str, ReadyFormat]:
        import yaml

        folder = resources.files(__package__).joinpath("layouts")
        texts = {
            file.name.removesuffix(".yaml"): file.read_text(encoding="utf-8")
            for file in folder.iterdir()
            if file.name.endswith(".yaml")
        }
        return {
            name: ReadyFormat.model_validate({"name": name, **yaml.safe_load(texts[name])})
            for name in sorted(texts)
        }

    def __getitem__(self, name: str) -> ReadyFormat:
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read)

    def __len__(self) -> int:
        return len(self._read)


FORMATS: Mapping[str, ReadyFormat] = _Catalog()


def format_named(name: str) -> ReadyFormat:
    """The format of that name, however it is spelt with blanks, hyphens and capitals.

    Raises:
        SpendSenseError: naming the close match and every format there is.
    """
    spelt = name.strip().lower().replace("-", "_").replace(" ", "_")
    if spelt in FORMATS:
        return FORMATS[spelt]
    close = difflib.get_close_matches(spelt, list(FORMATS), n=1, cutoff=0.5)
    hint = f"did you mean {close[0]}? " if close else ""
    raise SpendSenseError(
        problem=f"there is no format {name!r}",
        remedy=f"{hint}use one of {', '.join(FORMATS)}, or say how the file is written in a "
        "mapping (--mapping)",
    )
