"""OSM tags → place types and addresses."""

from __future__ import annotations

_BUILDING = {
    "residential": "residential apartments house detached terrace semidetached_house bungalow dormitory cabin hut farm static_caravan"
    " houseboat villa",
    "office": "office government public civic townhall fire_station police embassy",
    "retail": "retail shop supermarket kiosk mall commercial market",
    "school": "school kindergarten education",
    "university": "university college",
    "hospital": "hospital clinic",
    "hotel": "hotel guest_house hostel motel",
    "industrial": "industrial factory manufacture works",
    "warehouse": "warehouse hangar storage_tank silo",
    "worship": "church chapel cathedral mosque temple synagogue shrine monastery religious",
    "transport": "train_station transportation station terminal bus_station subway_entrance ferry_terminal",
    "parking": "garage garages carport parking",
    "farm": "barn cowshed stable farm_auxiliary greenhouse sty",
    "utility": "service utility transformer_tower water_tower substation boiler_house power",
    "culture": "museum theatre cinema library arts_centre castle",
    "sport": "stadium sports_hall sports_centre grandstand pavilion riding_hall",
    "outbuilding": "shed roof ruins construction collapsed container tent gazebo toilets bunker",
}
_BY_TAG = {value: kind for kind, line in _BUILDING.items() for value in line.split()}
_AMENITY = {
    "school": "school", "kindergarten": "school", "university": "university", "college": "university",
    "hospital": "hospital", "clinic": "hospital", "doctors": "hospital", "place_of_worship": "worship", "police": "office",
    "fire_station": "office", "townhall": "office", "courthouse": "office", "embassy": "office", "bank": "retail",
    "restaurant": "retail", "cafe": "retail", "bar": "retail", "fast_food": "retail", "pharmacy": "retail",
    "marketplace": "retail", "theatre": "culture", "cinema": "culture", "library": "culture", "arts_centre": "culture",
    "parking": "parking", "bus_station": "transport", "ferry_terminal": "transport",
}  # fmt: skip


def place_type(tags: dict[str, str]) -> str | None:
    """The use of a building in one word of ours; None when the tags say no more than "yes"."""
    kind = _BY_TAG.get(tags.get("building", ""))
    if kind:
        return kind
    if tags.get("amenity") in _AMENITY:
        return _AMENITY[tags["amenity"]]
    if "shop" in tags:
        return "retail"
    if "office" in tags or "government" in tags:
        return "office"
    if tags.get("tourism") in ("hotel", "hostel", "guest_house", "motel", "apartment"):
        return "hotel"
    if tags.get("tourism") in ("museum", "gallery") or "historic" in tags:
        return "culture"
    if "leisure" in tags and tags["leisure"] in ("sports_centre", "stadium", "sports_hall"):
        return "sport"
    if "industrial" in tags or tags.get("man_made") == "works":
        return "industrial"
    return "transport" if tags.get("railway") == "station" or "public_transport" in tags else None


def address(tags: dict[str, str]) -> str | None:
    """One line: street and number (or place and number), then postcode and city."""
    street = tags.get("addr:street") or tags.get("addr:place") or ""
    number = tags.get("addr:housenumber") or tags.get("addr:housename") or ""
    first = tags.get("addr:full") or f"{street} {number}".strip()
    second = f"{tags.get('addr:postcode', '')} {tags.get('addr:city', '')}".strip()
    return ", ".join(part for part in (first, second) if part)[:200] or None if first else None
