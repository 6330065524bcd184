"""What sections are made of: their base, and the kinds of values that several have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)

from digest.settings import checks

Line = Annotated[str, AfterValidator(checks.line)]
Folder = Annotated[Path, AfterValidator(checks.folder)]
Count = Annotated[int, Field(ge=1)]
Hubs = Annotated[
    tuple[Annotated[str, AfterValidator(checks.hub)], ...], BeforeValidator(checks.listed)
]
Networks = Annotated[
    tuple[Annotated[str, AfterValidator(checks.network)], ...], BeforeValidator(checks.listed)
]
Hosts = Annotated[
    tuple[Annotated[str, AfterValidator(checks.host)], ...], BeforeValidator(checks.listed)
]
Origins = Annotated[
    tuple[Annotated[str, AfterValidator(checks.origin)], ...], BeforeValidator(checks.listed)
]
Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]


class Section(BaseModel):
    """A table of the file: no unknown names, no change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True)

    @field_validator("*", mode="before")
    @classmethod
    def _is_no_claim(cls, value: Any, info: ValidationInfo) -> Any:
        is_claim = cls.model_fields[info.field_name or ""].annotation is bool
        if isinstance(value, bool) and not is_claim:  # else `true` would be read as 1
            raise ValueError("must not be true or false")
        return value


def section_of(annotation: Any) -> tuple[type[Section], bool] | None:
    """Return the section that a field of the settings holds, and whether it is one of many by name.

    `[topics.vision]` is a section of many: its field is a dict of sections by their names.
    """
    is_named = get_origin(annotation) is dict
    kind = get_args(annotation)[-1] if is_named else annotation
    return (kind, is_named) if isinstance(kind, type) and issubclass(kind, Section) else None
