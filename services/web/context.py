"""What the web floor is given to work with: one frozen object, reached by a typed key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from aiohttp import web

from feeds.cap.sign import Signer
from feeds.status import Status
from geo.heard.book import Book as Heard
from geo.model import Ground
from geo.plow.fairness import Street
from geo.plow.ledger.book import Book
from geo.towns.gazetteer import Gazetteer
from rules.floor import Floor
from rules.rule import Rule
from rules.voice.japanese import Readings
from services.archive.shelf import Shelf
from services.basemap import Basemap
from services.bell import Bell
from services.callout.roster import Callout
from services.channels.budget.account import Winters
from services.channels.budget.meter import Meter
from services.city import City
from services.configuration.accounts import Accounts
from services.configuration.line_talk import LineTalk
from services.configuration.listening import Listening
from services.configuration.muster import Mustering
from services.configuration.open_data import OpenData
from services.configuration.plow import Plow
from services.configuration.reports import Reports
from services.configuration.sources import LalertReceiver
from services.desks.quarantine import Reader
from services.desks.subscriptions import Offer
from services.dumps.picture import Dumps
from services.health import Health
from services.requests.offer import Services
from services.requests.street import Streets
from services.store.engine import Store
from services.watch.desk import Desk
from services.web.behind import Proxies


@dataclass(frozen=True, kw_only=True)
class WebContext:
    """Everything the pages and the API stand on."""

    store: Store
    now: Callable[[], datetime]
    ground: Ground
    city_name: str
    city_name_en: str
    public_exercise: bool  # exercise alerts are shown to everyone (the demonstration)
    exercise: bool  # the whole hub runs an exercise
    bell: Bell
    channels: tuple[str, ...]
    health: Callable[[], Health]
    fake_outboxes: Mapping[str, str] = field(default_factory=dict)  # name → URL of a timeline as JSON
    profile: Path | None = None  # the city's folder, for what the map only draws
    base_url: str = ""  # how others reach this hub; empty: services/web/home.py
    public_forecasts: bool = False  # flood forecasts for the public need a licence in Japan (気象業務法)
    reader: Reader = field(default_factory=Reader)  # by what refusals are read again
    readings: Readings = field(default_factory=Readings)  # of names, for spoken alerts
    sender: str = ""  # who signs the heartbeat of the CAP feed
    signer: Signer | None = None
    lalert: LalertReceiver | None = None  # where L-Alert's node delivers; None: nowhere
    reports: Reports = field(default_factory=Reports)
    answers: Streets = field(default_factory=lambda: Streets(None))  # what is known of each road
    services: Services | None = None  # what residents may ask the city for
    subscriptions: Offer | None = None  # what residents may ask to be told
    meters: Mapping[str, Meter] = field(default_factory=dict)  # of the channels that have a tariff
    winter: Winters | None = None  # for the forecast of what they will cost
    line_talk: LineTalk | None = None  # where LINE delivers what residents write; None: nowhere
    https: bool = False  # browsers come by TLS: cookies are Secure
    proxies: Proxies | None = None  # that end TLS in front of the hub; None: whoever calls is who asks
    accounts: Accounts = field(default_factory=Accounts)  # what people have to show to come in
    callout: Callout = field(default_factory=Callout)  # who staff are, and whom what calls
    muster: Mustering | None = None  # by what staff are asked; None: nobody is
    rules: tuple[Rule, ...] = ()  # of the city, to say why something was not told
    city: City | None = None  # what people's drafts are written with; None: nobody writes any here
    floor: Floor = field(default_factory=Floor)  # under the approval that rules ask for
    book: Book = field(default_factory=Book)  # machines and contracts of snow removal
    streets: tuple[Street, ...] = ()  # the city's own carriageways, for how long they wait for a plow
    plow: Plow = field(default_factory=Plow)  # contractors, and how long orders may wait
    towns: Gazetteer = field(default_factory=Gazetteer)  # places by name, for who types an address
    watch: Desk | None = None  # people who are watched over; None: nobody is
    dumps: Dumps = field(default_factory=Dumps)  # where snow is brought to
    listening: Listening = field(default_factory=Listening)  # whose public posts are listened to
    open_data: OpenData = field(default_factory=OpenData)  # under which terms what is public is given away
    listened_for: Heard = field(default_factory=Heard)  # for which words and places

    basemap: Basemap = field(default_factory=Basemap)  # what lies under everything on the maps
    shelf: Shelf | None = None  # where archives of open data lie; None: none are made
    offline: bool = True  # browsers may keep the last public page for when there is no connection

    @property
    def own(self) -> Status:
        """What happens here is this, where nobody says otherwise: a hub that runs an exercise makes drills."""
        return Status.EXERCISE if self.exercise else Status.ACTUAL


CONTEXT: web.AppKey[WebContext] = web.AppKey("context", WebContext)
