"""Every page of the site, in one table: what test and screenshots go through.

A new page, or a new state of one, is one more row:

    Row("merchant: bulk upload", "/merchant/bulk/", "merchant"),

The name tells it apart (and names its pictures), the address may hold names of the cast
in braces, and the visitor is "guest", "shopper", "merchant" or "staff". What else a row
can say is in the fields of `Row`. Rows that the cast has nothing to show for yet want a
line in `tests/browser/cast.py`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    name: str
    address: str
    visitor: str = "guest"
    status: int = 200
    # The form to send off as it is, by a selector: its page of complaints is meant.
    send: str = ""
    # A page that no address gives just like that: rendered by the cast.
    rendered: str = ""
    # Django's own pages weigh what they weigh.
    is_admin: bool = False


def admin(name: str, path: str, **more: object) -> Row:
    more.setdefault("visitor", "staff")
    return Row(f"admin: {name}", f"/admin/{path}", is_admin=True, **more)


PAGES = (
    # The catalogue
    Row("catalogue", "/"),
    Row("catalogue: filtered", "/?kind=top&sort=price&page=2"),
    Row("catalogue: narrowed", "/?lowest=1&highest=500"),
    Row("catalogue: nothing found", "/?q=unicorn"),
    Row("catalogue: another piece", "/?kind=bottom&top={top}&person={photo}"),
    Row("garment", "/garments/{top}/"),
    Row("garment: dress", "/garments/{dress}/"),
    # The fitting room
    Row("fitting room", "/try-on/?top={top}&bottom={bottom}"),
    Row("fitting room: dress", "/try-on/?dress={dress}"),
    Row(
        "fitting room: undo",
        "/try-on/?dress={dress}&was=top%3D{top}%26bottom%3D{bottom}",
        "shopper",
    ),
    Row("fitting room: own photo", "/try-on/?top={top}&person={photo}", "shopper"),
    Row("fitting room: nothing chosen", "/try-on/", send="#tryon-form"),
    Row("fitting room: no photo", "/try-on/?top={top}", send="#photo-form"),
    # Nothing yet: the rail, below, begins to try on
    Row("forget me: nothing kept", "/forget-me/"),
    # See everything on me
    Row("on me: who", "/on-me/"),
    Row("on me: model", "/on-me/?person={model}"),
    Row("on me", "/on-me/?person={photo}", "shopper"),
    Row("on me: nothing found", "/on-me/?person={model}&q=unicorn"),
    # Looks
    Row("looks: none yet", "/looks/"),
    Row("looks", "/looks/", "shopper"),
    Row("look: waiting", "/looks/{look_queued}/", "shopper"),
    Row("look: fitting", "/looks/{look_fitting}/", "shopper"),
    Row("look: first look ready", "/looks/{look_refining}/", "shopper"),
    Row("look", "/looks/{look_refined}/", "shopper"),
    Row("look: first look only", "/looks/{look_coarse_only}/", "shopper"),
    Row("look: failed", "/looks/{look_failed}/", "shopper"),
    Row("look: canceled", "/looks/{look_canceled}/", "shopper"),
    Row("look: shared by me", "/looks/{look_shared}/", "shopper"),
    Row("look: delete", "/looks/{look_refined}/delete/", "shopper"),
    Row(
        "compare",
        "/looks/compare/?look={look_refined}&look={look_coarse_only}&look={look_shared}",
        "shopper",
    ),
    Row("compare: nothing", "/looks/compare/"),
    Row("shared look", "/shared/{shared}/"),
    Row("shared look: gone", "/shared/no-longer/", status=404),
    # Leaving
    Row("forget me", "/forget-me/", "shopper"),
    Row("forget me: receipt", "/receipt/", rendered="receipt"),
    # Text
    Row("how it works", "/how-it-works/"),
    Row("photo guide", "/photo-guide/"),
    Row("privacy", "/privacy/"),
    # Accounts
    Row("sign in", "/sign-in/"),
    Row("sign in: refused", "/sign-in/", send="main form"),
    Row("account: delete", "/account/delete/", "shopper"),
    Row("account: not so", "/account/delete/", "shopper", send="main form"),
    Row("account: a shop's", "/account/delete/", "merchant"),
    Row("password forgotten", "/sign-in/forgotten/"),
    Row("password: no such link", "/sign-in/new-password/MQ/no-longer/"),
    Row("sign up", "/sign-up/"),
    Row("sign up: refused", "/sign-up/", send="main form"),
    Row("account", "/account/", "shopper"),
    Row("password change", "/account/password/", "shopper"),
    # Merchants
    Row("merchant: join", "/merchant/join/"),
    Row("merchant: join refused", "/merchant/join/", send="main form"),
    Row("merchant: garments", "/merchant/", "merchant"),
    Row("merchant: statistics", "/merchant/statistics/", "merchant"),
    Row("merchant: import", "/merchant/import/", "merchant"),
    Row("merchant: import refused", "/merchant/import/", "merchant", send="main form"),
    Row("merchant: import looked through", "/merchant/import/{import}/", "merchant"),
    Row("merchant: import done", "/merchant/import/{import_done}/", "merchant"),
    Row("merchant: drafts", "/merchant/?status=draft", "merchant"),
    Row("merchant: new garment", "/merchant/garments/new/", "merchant"),
    Row(
        "merchant: no picture", "/merchant/garments/new/", "merchant", send="main form"
    ),
    Row(
        "merchant: statistics of one",
        "/merchant/statistics/?days=7&garment={garment_published}",
        "merchant",
    ),
    Row("merchant: draft", "/merchant/garments/{garment_draft}/", "merchant"),
    Row("merchant: in review", "/merchant/garments/{garment_in_review}/", "merchant"),
    Row("merchant: on sale", "/merchant/garments/{garment_published}/", "merchant"),
    Row("merchant: rejected", "/merchant/garments/{garment_rejected}/", "merchant"),
    Row("merchant: archived", "/merchant/garments/{garment_archived}/", "merchant"),
    Row("merchant: profile", "/merchant/profile/", "merchant"),
    # When something is wrong
    Row("error 403", "/error/", status=403, rendered="403"),
    Row("error 403: stale form", "/error/", status=403, rendered="403_csrf"),
    Row("error 404", "/no/such/page/", status=404),
    Row("error 500", "/error/", status=500, rendered="500"),
    # The back office
    admin("sign in", "login/", visitor="guest"),
    admin("index", ""),
    admin("garments", "shop/garment/"),
    admin("garment", "shop/garment/{garment_in_review}/change/"),
    admin("try-ons", "shop/tryonsession/"),
    admin("review", "review/{garment_waiting}/"),
    admin("dashboard", "dashboard/"),
    admin("e-mails", "shop/outgoingmail/"),
)
