"""What a note carries besides its labels, in the objects that labelling tools write."""

from collections.abc import Mapping

from voctext.labels.names import field_of, text_header
from voctext.tables.cells import cell_text

FIELDS = ("text", "id", "customer", "annotator", "source")
_NESTED = "other"


def parted(values: Mapping[str, object], skip: tuple[str, ...] = ()) -> tuple[dict[str, str], dict[str, str]]:
    """Part an object into the fields of a note, and the rest as text; *skip* are keys that hold labels."""
    fields = dict.fromkeys(FIELDS, "")
    other: dict[str, str] = {}
    words = text_header(tuple(key for key in values if key not in skip))
    for key, value in values.items():
        text = value if isinstance(value, str) else cell_text(value)
        if key in skip:
            continue
        if key == words:
            fields["text"] = text
        elif key == _NESTED and isinstance(value, Mapping):
            other.update({name: str(item) for name, item in value.items()})
        elif (field := field_of(key)) in fields and field != "text" and not fields[field]:
            fields[field] = text
        elif text:
            other[key] = text
    return fields, other


def spread(other: Mapping[str, str]) -> dict[str, object]:
    """Write other columns beside the fields, or under "other" where a name would be taken for a field."""
    safe = all(field_of(name) is None and name != _NESTED for name in other)
    is_flat = safe and text_header(("text", *other)) == "text"
    return dict(other) if is_flat else {_NESTED: dict(other)}
