#!/usr/bin/python3
"""The checks a person would make after a deployment: smoke.py --url http://127.0.0.1:8080 [--version 1.5.0].

Prints a line per check; exit status 1 when one fails. With --version every answer must come from that version.
"""

import argparse
import json
import sys
import urllib.error
import urllib.request


class Failed(Exception):
    """One line: what was asked and what came."""


class Client:
    def __init__(self, url, version):
        self._url = url.rstrip("/")
        self._version = version

    def ask(self, path, body=None, expect=200):
        """The answer's text; POST when there is a body."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data=data, headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:
                status, version, text = answer.status, answer.headers["X-Shop-Version"], answer.read().decode()
        except urllib.error.HTTPError as refusal:
            raise Failed(f"{path} answered {refusal.code}: {refusal.read(200).decode(errors='replace')}") from refusal
        except OSError as trouble:
            raise Failed(f"{path}: {trouble}") from trouble
        if status != expect:
            raise Failed(f"{path} answered {status}, expected {expect}")
        if self._version not in (None, version):
            raise Failed(f"{path} was answered by version {version}, expected {self._version}")
        return text

    def json(self, path, body=None, expect=200):
        return json.loads(self.ask(path, body, expect))


def require(condition, message):
    if not condition:
        raise Failed(message)


def homepage(shop, _found):
    require("<h1>ShopFlow</h1>" in shop.ask("/"), "/ is not the homepage")


def health(shop, _found):
    for part in ("", "/db", "/cache", "/external"):
        require(shop.json("/api/health" + part)["status"] == "ok", f"/api/health{part} is not ok")


def search(shop, found):
    goods = shop.json("/products?q=lamp")["products"]
    require(goods and all("lamp" in item["name"] for item in goods), "the search for a lamp found something else")
    found["product"] = goods[0]


def cart(shop, found):
    added = shop.json("/cart", {"cart": "smoke-test", "product": found["product"]["id"], "count": 2})
    require(added["count"] == 2, "the cart does not hold two lamps")


def checkout(shop, found):
    found["order"] = shop.json("/orders", {"product": found["product"]["id"], "count": 2}, expect=201)["id"]


def confirmation(shop, found):
    order = shop.json("/orders/" + found["order"])
    require(order["cents"] == 2 * found["product"]["cents"], "the order has another price than its products")


CHECKS = [
    ("homepage loads", homepage),
    ("health endpoints are ok", health),
    ("product search works", search),
    ("add to cart works", cart),
    ("checkout completes", checkout),
    ("order confirmation is received", confirmation),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--version")
    options = parser.parse_args()
    shop, found = Client(options.url, options.version), {}
    for name, check in CHECKS:
        try:
            check(shop, found)
        except (Failed, KeyError, ValueError) as trouble:
            print(f"FAIL {name}: {trouble}")
            return 1
        print(f"ok   {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
