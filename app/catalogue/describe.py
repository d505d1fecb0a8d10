"""How a resource is used by a program, generated from its catalogue entry: parameters, OpenAPI description, example call."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from app.catalogue.entries import Information, Resource

JSON_TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": ["string", "null"]},
    "code": {"type": ["string", "null"]},
    "integer": {"type": ["integer", "null"]},
    "number": {"type": ["number", "null"]},
    "bool": {"type": ["boolean", "null"]},
    "date": {"type": ["string", "null"], "format": "date"},
    "time": {"type": ["string", "null"], "format": "date-time"},
    "geometry": {"type": ["string", "null"]},
}


def address(resource: Resource) -> str:
    """The path of a resource's endpoint."""
    return f"/api/resource/{quote(resource.code, safe='')}"


def parameters(city: str, resource: Resource) -> list[dict[str, Any]]:
    """The parameters of the endpoint, as OpenAPI has them."""

    def one(name: str, meaning: str, schema: dict[str, Any], example: Any = None) -> dict[str, Any]:
        return {
            "name": name,
            "in": "query",
            "required": False,
            "description": meaning,
            "schema": schema,
            **({"example": example} if example is not None else {}),
        }

    names = [item.name for item in resource.information]
    is_timed = any(item.type in ("time", "date") for item in resource.information)
    return [
        one("city", "Key of the city", {"type": "string"}, city),
        one("unit", "Code of a unit: only it and what lies below it", {"type": "string", "maxLength": 40}, next(iter(resource.units), None)),
        *(
            [
                one("since", "Only from this time on, seconds since 1970", {"type": "integer"}),
                one("until", "Only up to this time, seconds since 1970", {"type": "integer"}),
            ]
            if is_timed
            else []
        ),
        one("fields", f"Names with commas between: {', '.join(names)}; without it all that are granted", {"type": "string", "maxLength": 2000}),
        one("most", "Rows on a page", {"type": "integer", "minimum": 1, "maximum": 5000, "default": 1000}),
        one("after", "Where the last page ended, from its answer", {"type": "string", "maxLength": 80}),
        one("form", "Form of the answer", {"type": "string", "enum": ["json", "csv"], "default": "json"}),
    ]


def example(city: str, resource: Resource, root: str) -> str:
    """A call that works with a key of one's own. `root`: where this server is reached."""
    asked = urlencode({"city": city, "most": 10})
    return f'curl -H "Authorization: Bearer $CHENGSHU_KEY" "{root.rstrip("/")}{address(resource)}?{asked}"'


def openapi(city: str, resource: Resource, root: str) -> dict[str, Any]:
    """The OpenAPI 3.1 description of the one endpoint of a resource."""
    row = {"type": "object", "properties": {item.name: schema_of(item) for item in resource.information}}
    page = {
        "type": "object",
        "required": ["resource", "grant", "fields", "rows", "after"],
        "properties": {
            "resource": {"type": "string", "const": resource.code},
            "grant": {"type": "integer"},
            "fields": {"type": "array", "items": {"type": "string"}},
            "rows": {"type": "array", "items": row},
            "after": {"type": "string", "description": "Give it back for the next page; empty when there is none"},
        },
    }
    problem = {"description": "In the shape {error, fact, remedy, where}", "content": {"application/json": {"schema": {"type": "object"}}}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": resource.name_en or resource.name_zh or resource.code,
            "version": "1",
            "summary": resource.name_zh,
            "description": resource.abstract,
            "x-sharing": resource.sharing,
            "x-sharing-condition": resource.sharing_condition,
            "x-sharing-basis": resource.sharing_basis,
            "x-owner": resource.department,
            "x-update-cycle": resource.cadence,
        },
        "servers": [{"url": root.rstrip("/")}],
        "paths": {
            address(resource): {
                "get": {
                    "operationId": "rows",
                    "summary": f"Rows of {resource.name_en or resource.code}, as far as your grant and your rights reach",
                    "parameters": parameters(city, resource),
                    "security": [{"key": []}, {"session": []}],
                    "responses": {
                        "200": {
                            "description": "A page of rows",
                            "content": {"application/json": {"schema": page}, "text/csv": {"schema": {"type": "string"}}},
                        },
                        "400": problem,
                        "401": problem,
                        "403": problem,
                        "404": problem,
                        "503": problem,
                    },
                }
            }
        },
        "components": {
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "An API key of the account that holds the grant"},
                "session": {"type": "apiKey", "in": "cookie", "name": "chengshu-session"},
            }
        },
    }


def schema_of(item: Information) -> dict[str, Any]:
    """An information item as a JSON schema, with its unit of measure."""
    return {
        **JSON_TYPES.get(item.type, JSON_TYPES["text"]),
        "description": " · ".join(part for part in (item.name_en, item.name_zh) if part),
        **({"x-unit": item.unit} if item.unit else {}),
    }
