"""What the shop's endpoints do; nothing about HTTP but status codes."""

import socket
import uuid

from meter import Faults, Meter
from storage import Storage

HOMEPAGE = "<!doctype html><title>ShopFlow</title><h1>ShopFlow</h1><p>Lamps, chairs and tables. Version {}.</p>\n"


class Refused(Exception):
    """The request is wrong: status 4xx and a line for the client."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status = status


class Shop:
    """What the endpoints do. Each returns (status, body); a body is a JSON value or HTML text."""

    def __init__(self, options):
        release = options.release
        self.version = options.version
        self.needs_schema = release["schema"]
        self.features = release["features"]
        self.external = options.external
        self.storage = Storage(options.database, options.pool, self.features)
        self.meter = Meter()
        self.faults = Faults(options.errors, options.latency)

    def routes(self):
        found = {
            ("GET", "/"): self.homepage,
            ("GET", "/products"): self.products,
            ("POST", "/cart"): self.cart,
            ("POST", "/orders"): self.place_order,
            ("GET", "/api/health"): self.health,
            ("GET", "/api/health/db"): self.health_db,
            ("GET", "/api/health/cache"): self.health_cache,
            ("GET", "/api/health/external"): self.health_external,
            ("GET", "/metrics"): self.metrics,
        }
        if "wishlist" in self.features:
            found[("POST", "/wishlist")] = self.wish
        return found

    def homepage(self, _query, _body):
        return 200, HOMEPAGE.format(self.version)

    def products(self, query, _body):
        return 200, {"products": self.storage.search(query.get("q", [""])[0])}

    def cart(self, _query, body):
        cart, product, count = text_of(body, "cart"), whole(body, "product"), whole(body, "count")
        items = self.storage.add_to_cart(cart, product, count)
        if items is None:
            raise Refused(404, f"no product {product}")
        return 200, {"cart": cart, "product": product, "count": items}

    def place_order(self, _query, body):
        product, count = whole(body, "product"), whole(body, "count")
        order = self.storage.place_order(product, count, body.get("gift_note"))
        if order is None:
            raise Refused(404, f"no product {product}")
        return 201, {"id": order}

    def order(self, order):
        try:
            found = self.storage.order(str(uuid.UUID(order)))
        except ValueError:
            found = None
        if found is None:
            raise Refused(404, "no such order")
        return 200, found

    def wish(self, _query, body):
        customer, product = text_of(body, "customer"), whole(body, "product")
        if not self.storage.wish(customer, product):
            raise Refused(404, f"no product {product}")
        return 201, {"customer": customer, "product": product}

    def health(self, _query, _body):
        return 200, {"status": "ok", "version": self.version}

    def health_db(self, _query, _body):
        found = self.storage.schema()
        fine = found is not None and found >= self.needs_schema  # revisions are numbered: 0001, 0002
        return (200 if fine else 503), {"status": "ok" if fine else "old schema", "schema": found,
                                        "needs": self.needs_schema}

    def health_cache(self, _query, _body):
        return 200, {"status": "ok", "cache": "in process"}

    def health_external(self, _query, _body):
        if self.external is None:
            return 200, {"status": "ok", "external": []}
        host, _, port = self.external.rpartition(":")
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
        except OSError as trouble:
            return 503, {"status": "down", "external": [self.external], "reason": str(trouble)}
        return 200, {"status": "ok", "external": [self.external]}

    def metrics(self, _query, _body):
        return 200, {"version": self.version, **self.meter.read()}


def text_of(body, name):
    value = body.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 100:
        raise Refused(400, f"`{name}` must be a string of 1 to 100 characters")
    return value


def whole(body, name):
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 1_000_000:
        raise Refused(400, f"`{name}` must be a whole number above 0")
    return value
