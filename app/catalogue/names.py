"""What codes, departments, themes and rules of the catalogue are called, in both languages."""

from __future__ import annotations

from functools import cache

from data import registers

Names = dict[str, tuple[str, str]]


@cache
def names() -> dict[str, object]:
    """departments, themes: {id: (zh, en)}; rules: {dataset/id: (zh, en)}; codes: {list: {code: (zh, en)}}."""
    codes: dict[str, Names] = {}
    for row in registers.rows("code_lists"):
        codes.setdefault(row["list"], {})[row["code"]] = (row["name_zh"], row["name_en"])

    def named(register: str) -> Names:
        return {row["id"]: (row["name_zh"], row["name_en"]) for row in registers.rows(register)}

    rules = {f"{row['dataset']}/{row['id']}": (row["message_zh"], row["message_en"]) for row in registers.rows("rules")}
    return {"departments": named("departments"), "themes": named("themes"), "codes": codes, "rules": rules}
