"""A mapping that also finds what is not listed in it but can be made by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar, overload

_T = TypeVar("_T")
_D = TypeVar("_D")


class MadeNames(dict[str, _T]):
    """What is `listed`, and anything that `make` makes of a name, once each; only what is listed is gone through."""

    def __init__(self, listed: Mapping[str, _T], make: Callable[[str], _T | None]) -> None:
        super().__init__(listed)
        self._make, self._made = make, dict[str, _T]()

    def __missing__(self, name: str) -> _T:
        if name not in self._made:
            made = self._make(name) if isinstance(name, str) else None
            if made is None:
                raise KeyError(name)
            self._made[name] = made
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or (isinstance(name, str) and self.get(name) is not None)

    @overload
    def get(self, name: str, default: None = None, /) -> _T | None: ...
    @overload
    def get(self, name: str, default: _T, /) -> _T: ...
    @overload
    def get(self, name: str, default: _D, /) -> _T | _D: ...
    def get(self, name: str, default: _D | None = None, /) -> _T | _D | None:
        """What is found under a name, or the default."""
        try:
            return self[name]
        except KeyError:
            return default
