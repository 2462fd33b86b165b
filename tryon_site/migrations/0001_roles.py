"""The roles, as groups with permissions. Running it again changes nothing.

Here, and not in one of the two applications, because an operator looks at both.
Nobody's role holds `view_shopper_photos`: it is given to persons, one by one.
"""

from django.db import migrations

ROLES = {
    "merchant": {"shop.merchant": ["sell"]},
    "reviewer": {
        "shop.garment": ["view_garment", "change_garment", "review_garment"],
        "shop.merchant": ["view_merchant"],
        "shop.garmentpreview": ["view_garmentpreview"],
    },
    "operator": {
        "shop.tryonsession": ["view_tryonsession", "change_tryonsession"],
        "shop.tryontask": ["view_tryontask", "change_tryontask"],
        "shop.tryonevent": ["view_tryonevent"],
        "shop.tryonday": ["view_tryonday"],
        "shop.outgoingmail": ["view_outgoingmail", "change_outgoingmail"],
        "shop.garment": ["view_garment"],
        "shop.merchant": ["view_merchant"],
        "shop.shopper": ["view_shopper"],
        "shop.personimage": ["view_personimage"],
        "tryon_engine.enginetask": ["view_enginetask"],
        "tryon_engine.workerheartbeat": ["view_workerheartbeat"],
    },
}


def create_roles(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    for name, models in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        for label, codenames in models.items():
            for codename in codenames:
                group.permissions.add(_permission(apps, label, codename))
    merchants = Group.objects.get(name="merchant")
    for user in apps.get_model("shop", "User").objects.filter(merchant__isnull=False):
        user.groups.add(merchants)


def _permission(apps, label, codename):
    """The permission, made now: Django itself makes them only after all migrations."""
    app_label, model = label.split(".")
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label=app_label, model=model
    )
    options = apps.get_model(app_label, model)._meta
    names = dict(options.permissions) | {
        f"{action}_{model}": f"Can {action} {options.verbose_name_raw}"
        for action in ("add", "change", "delete", "view")
    }
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type,
        codename=codename,
        defaults={"name": names[codename]},
    )
    return permission


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("shop", "0010_reviews_and_budget"),
        ("tryon_engine", "0001_initial"),
    ]
    operations = [migrations.RunPython(create_roles, migrations.RunPython.noop)]
