"""What may stand behind the question mark. Whoever misspells a filter would otherwise be shown everything."""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import QueryParams

from provisioning.errors import FieldError, InvalidRequest

Parameters = Mapping[str, bool]
"""The names of an operation's parameters, and whether each may be given more than once."""


def query_parameters(document: Mapping[str, Any]) -> Mapping[tuple[str, str], Parameters]:
    """Read them from the OpenAPI document, by method and path."""
    return {
        (method.upper(), path): {
            one["name"]: _is_list(one["schema"])
            for one in operation.get("parameters", ())
            if one["in"] == "query"
        }
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }


def refuse_unknown(given: QueryParams, known: Parameters) -> None:
    """Raises InvalidRequest for a parameter that is not there, or that is there twice."""
    faults = []
    for name in given:
        if name not in known:
            faults.append(FieldError("query", "There is a parameter that is not known here."))
        elif len(given.getlist(name)) > 1 and not known[name]:
            faults.append(FieldError(name, f"{name} is given more than once."))
    if faults:
        raise InvalidRequest(faults)


def _is_list(schema: Mapping[str, Any]) -> bool:
    return any(one.get("type") == "array" for one in (schema, *schema.get("anyOf", ())))
