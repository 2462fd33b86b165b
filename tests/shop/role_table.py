"""Who gets what at every address of the site: the table that `test_roles` tries out.

A row is: name of the address (its route where it has none), method, what each of ROLES
gets. "in" is the page to sign in at; numbers are HTTP statuses. A row says what happens
with rows that exist and belong to SHOPPER and OWNER, so 404 elsewhere is a refusal.
"""

ROLES = ("guest", "shopper", "owner", "other", "reviewer", "operator", "superuser")

EVERYBODY = "200 200 200 200 200 200 200"
MOVED = "302 302 302 302 302 302 302"
NO_KEY = "401 401 401 401 401 401 401"
# Own looks only, however mighty somebody is otherwise.
SHOPPERS = "404 200 404 404 404 404 404"
SHOPPERS_MOVED = "404 302 404 404 404 404 404"
# Merchants see their own; who is none is sent to become one.
MERCHANTS = "in 302 200 200 302 302 302"
OWNERS = "in 302 200 404 302 302 302"
OWNERS_MOVED = "in 302 302 404 302 302 302"
SIGNED_IN = "in 200 200 200 200 200 200"
STAFF = "in in in in 200 200 200"
STAFF_MOVED = "in in in in 302 302 302"
STAFF_REFUSED = "in in in in 403 403 403"
STAFF_MISSING = "in in in in 404 404 404"
REVIEWERS = "in in in in 200 403 200"
OPERATORS = "in in in in 403 200 200"
NOBODY = "404 404 404 404 404 404 404"

ADDRESSES = [
    ("healthz", "GET", "503 503 503 503 503 503 503"),  # no poller in a test
    # The engine knows keys, not people.
    ("engine-submit", "POST", NO_KEY),
    ("engine-check", "POST", NO_KEY),
    ("engine-parsing", "POST", NO_KEY),
    ("engine-task-list", "GET", NO_KEY),
    ("engine-task", "GET", NO_KEY),
    ("engine-cancel", "POST", NO_KEY),
    ("engine-upload-policy", "GET", NO_KEY),
    ("engine-upload", "POST", "400 400 400 400 400 400 400"),  # its form is signed
    ("engine-result", "GET", "403 403 403 403 403 403 403"),  # by its token alone
    ("engine-openapi", "GET", EVERYBODY),
    ("api/v1/", "GET", NOBODY),
    ("set_language", "POST", MOVED),
    # The catalogue and the fitting room: guests are welcome.
    ("garment-list", "GET", EVERYBODY),
    ("garment-detail", "GET", EVERYBODY),
    ("garment-buy", "GET", MOVED),
    ("tryon-start", "GET", EVERYBODY),
    ("photo-upload", "GET", MOVED),
    ("photo-delete", "POST", SHOPPERS_MOVED),
    ("on-me", "GET", EVERYBODY),
    ("on-me-fit", "POST", MOVED),
    ("session-list", "GET", EVERYBODY),
    ("session-compare", "GET", EVERYBODY),
    ("session-detail", "GET", SHOPPERS),
    ("session-status", "GET", SHOPPERS),
    ("session-cancel", "POST", SHOPPERS_MOVED),
    ("session-retry", "POST", SHOPPERS_MOVED),
    ("session-refine", "POST", SHOPPERS_MOVED),
    ("session-keep", "POST", SHOPPERS_MOVED),
    ("session-delete", "GET", SHOPPERS),
    ("session-delete", "POST", SHOPPERS_MOVED),
    ("session-download", "GET", SHOPPERS),
    ("session-changes", "GET", SHOPPERS),
    ("session-name", "POST", SHOPPERS_MOVED),
    ("session-share", "POST", SHOPPERS_MOVED),
    ("shared-look", "GET", NOBODY),  # nobody shared it
    ("shared-picture", "GET", NOBODY),
    ("forget-me", "GET", EVERYBODY),
    ("sign-in", "GET", "200 302 302 302 302 302 302"),
    ("sign-up", "GET", EVERYBODY),
    ("sign-out", "POST", MOVED),
    ("account", "GET", SIGNED_IN),
    ("password-change", "GET", SIGNED_IN),
    ("account-delete", "GET", SIGNED_IN),
    ("password-forgotten", "GET", EVERYBODY),
    ("password-new", "GET", EVERYBODY),  # says that such a link has had its time
    ("how-it-works", "GET", EVERYBODY),
    ("photo-guide", "GET", EVERYBODY),
    ("privacy", "GET", EVERYBODY),
    ("private-file", "GET", NOBODY),  # by its token alone
    ("public-file", "GET", NOBODY),
    # Merchants
    ("merchant-sign-up", "GET", "200 200 302 302 200 200 200"),
    ("merchant-dashboard", "GET", MERCHANTS),
    ("merchant-profile", "GET", MERCHANTS),
    ("merchant-statistics", "GET", MERCHANTS),
    ("merchant-statistics-csv", "GET", MERCHANTS),
    ("merchant-import-new", "GET", MERCHANTS),
    ("merchant-import-template", "GET", MERCHANTS),
    ("merchant-import", "GET", OWNERS),
    ("merchant-import-discard", "POST", OWNERS_MOVED),
    ("merchant-garments-bulk", "POST", "in 302 302 302 302 302 302"),
    ("merchant-garment-new", "GET", MERCHANTS),
    ("merchant-flat-upload", "POST", "in 302 200 200 302 302 302"),
    ("merchant-garment", "GET", OWNERS),
    ("merchant-garment", "POST", OWNERS_MOVED),
    ("merchant-flat", "POST", OWNERS_MOVED),
    ("merchant-keypoints", "POST", OWNERS_MOVED),
    ("merchant-previews", "GET", OWNERS),
    ("merchant-previews", "POST", OWNERS_MOVED),
    ("merchant-garment-move", "POST", OWNERS_MOVED),
    # Staff
    ("staff-dashboard", "GET", OPERATORS),
    ("staff-review", "GET", "in in in in 302 403 302"),
    ("staff-review-garment", "GET", REVIEWERS),
    ("staff-review-garment", "POST", REVIEWERS),
    ("staff-photo", "GET", "in in in in 404 404 200"),
    ("staff-thumbnail", "GET", STAFF_MISSING),  # it is no house model
    ("staff-result", "GET", "in in in in 404 404 200"),
    ("admin:index", "GET", STAFF),
    ("admin:login", "GET", "200 200 200 200 302 302 302"),
    ("admin:logout", "POST", MOVED),
    ("admin:password_change", "GET", STAFF),
    ("admin:password_change_done", "GET", STAFF),
    ("admin:autocomplete", "GET", STAFF_REFUSED),  # it wants to know of what
    ("admin:jsi18n", "GET", STAFF),
    ("admin:view_on_site", "GET", STAFF_MOVED),
    ("admin:app_list", "GET", STAFF),
    ("admin:auth_user_password_change", "GET", "in in in in 403 403 200"),
    ("admin/(?P<url>.*)$", "GET", STAFF_MISSING),
]

# What staff may do with the rows of a model: v(iew), a(dd), c(hange), d(elete).
MODELS = {
    "auth_group": {"superuser": "vacd"},
    "shop_user": {"superuser": "vacd"},
    "shop_merchant": {"reviewer": "v", "operator": "v", "superuser": "vacd"},
    "shop_garment": {"reviewer": "vc", "operator": "v", "superuser": "vcd"},
    "shop_outgoingmail": {"operator": "vc", "superuser": "vcd"},
    "shop_tryonsession": {"operator": "vc", "superuser": "vcd"},
    "shop_tryontask": {"operator": "vc", "superuser": "vc"},
    "shop_shopper": {"operator": "v", "superuser": "vcd"},
    "shop_personimage": {"operator": "v", "superuser": "vcd"},
    "tryon_engine_enginetask": {"operator": "v", "superuser": "v"},
    "tryon_engine_workerheartbeat": {"operator": "v", "superuser": "v"},
    "tryon_engine_enginekey": {"superuser": "vc"},
    "tryon_engine_engineusage": {"superuser": "v"},
}
PAGES = {
    "changelist": "v",
    "change": "v",
    "history": "v",
    "add": "a",
    "delete": "d",
}

# Who may set off which action of a list. Deleting is Django's own.
ACTIONS = {
    ("garment", "approve"): ("reviewer", "superuser"),
    ("garment", "reject"): ("reviewer", "superuser"),
    ("garment", "archive"): ("reviewer", "superuser"),
    ("tryonsession", "try_again"): ("operator", "superuser"),
    ("tryonsession", "cancel"): ("operator", "superuser"),
    ("tryontask", "try_again"): ("operator", "superuser"),
    ("tryontask", "cancel"): ("operator", "superuser"),
    ("outgoingmail", "send_again"): ("operator", "superuser"),
}
DELETING = {
    *("group", "user", "merchant", "garment", "outgoingmail"),
    *("tryonsession", "shopper", "personimage"),
}


def admin_rows():
    """The standard pages of each model, as rows of the same shape."""
    for model, rights in MODELS.items():
        for page, needed in PAGES.items():
            got = [
                "200" if needed in rights.get(role, "") else "403" for role in ROLES[4:]
            ]
            yield f"admin:{model}_{page}", "GET", " ".join(["in"] * 4 + got)
        app, _, name = model.rpartition("_")
        yield f"admin/{app}/{name}/<path:object_id>/", "GET", STAFF_MOVED
