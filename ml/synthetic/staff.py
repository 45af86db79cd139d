"""Who works for the lender? A tenant, two teams with leads, field collectors and callers, and whose area is whose."""

from dataclasses import dataclass

import numpy as np

from ml.synthetic.columns import Flags, Floats, Ints, Texts, chance, joined, numbered, texts
from ml.synthetic.ground import nearest
from ml.synthetic.identifiers import phones
from ml.synthetic.language import Language
from ml.synthetic.names import people_names
from ml.synthetic.seeds import stream
from ml.synthetic.sizes import Size
from ml.synthetic.town import Town

TEAMS = 2
ROLES = ("lead", "collector", "caller")
LEAD, COLLECTOR, CALLER = range(3)
_TENANT = {"zh": "枫禾普惠金融(虚构)", "en": "Marrowford Community Credit (fictional)"}
_TEAM_NAMES = {"zh": ("西片外访组", "东片外访组"), "en": ("West field team", "East field team")}
_PHONE_SERIAL = 9_900_000
_SHIFT_BEGINS_H, _SHIFT_ENDS_H = 9, 18


@dataclass(frozen=True, slots=True)
class Staff:
    """Teams and users. Collector k of all works area k; the western half of the areas is the first team's."""

    tenant: str
    team_ref: Texts
    team_name: Texts
    user_ref: Texts
    login: Texts
    name: Texts
    is_female: Flags
    phone: Texts
    role: Ints
    team: Ints
    area: Ints
    start_lat: Floats
    start_lon: Floats
    shift_begins_h: Ints
    shift_ends_h: Ints

    def of_role(self, role: int) -> Ints:
        """Return the places of the users of a role, in order."""
        return np.flatnonzero(self.role == role)


def make_staff(seed: int, language: Language, size: Size, town: Town) -> Staff:
    """Hire the teams; every field collector starts the day at a door near the middle of their area."""
    rng = stream(seed, "staff")
    per_team = [LEAD] + [COLLECTOR] * size.collectors_per_team + [CALLER] * size.callers_per_team
    role = np.array(per_team * TEAMS)
    team = np.repeat(np.arange(TEAMS), len(per_team))
    area = np.full(len(role), -1)
    area[role == COLLECTOR] = np.arange(TEAMS * size.collectors_per_team)
    is_female = rng.random(len(role)) < np.where(role == CALLER, 0.6, 0.3)
    homes = town.plane.to_plane(town.doors.lat, town.doors.lon)
    sites = np.where((area >= 0)[:, None], town.areas.sites_m[area], town.areas.sites_m.mean(axis=0))
    wanted = sites + rng.normal(0, 250, sites.shape)
    door = nearest(homes, wanted)
    place = np.arange(len(role))
    login = joined(texts(ROLES)[role], (place + 1).astype(np.str_))
    begins = np.where(chance(rng, 0.3, len(role)), _SHIFT_BEGINS_H + 1, _SHIFT_BEGINS_H)
    return Staff(
        _TENANT[language.code], numbered("T", np.arange(TEAMS) + 1, 2), texts(_TEAM_NAMES[language.code]),
        numbered("U", place + 1, 4), login, people_names(rng, language, is_female), is_female,
        phones(language, _PHONE_SERIAL + place, seed), role, team, area, town.doors.lat[door], town.doors.lon[door],
        begins, begins + _SHIFT_ENDS_H - _SHIFT_BEGINS_H,
    )  # fmt: skip
