"""Many garments at once: upload, dry run, and the import itself."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ...forms.imports import ImportForm
from ...imports.rows import COLUMNS, Problem, columns
from ...models import GarmentImport
from ...services.import_jobs import Step, delete_imports, start_import, step_import
from .access import MerchantRequest, merchant_required

SHOWN_PROBLEMS = 300
TEMPLATE_NAME = "garments.csv"
_EXAMPLE = {
    "sku": "TEE-001",
    "picture": "tee-001.jpg",
    "name": "Linen tee",
    "price": "129.00",
    "currency": "CNY",
    "kind": "top",
    "sleeve": "short",
    "audience": "women",
    "product_url": "https://shop.example/tee-001",
}


@never_cache
@merchant_required
def import_new(request: MerchantRequest) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        data = form.cleaned_data
        job = start_import(request.merchant, data["table"], data["pictures"])
        return redirect("merchant-import", job.public_id)
    context = {
        "form": form,
        "columns": columns(),
        "jobs": request.merchant.imports.filter(ended_at=None),
    }
    return render(request, "shop/merchant/import_new.html", context)


@never_cache
@merchant_required
def import_detail(request: MerchantRequest, public_id: UUID) -> HttpResponse:
    """What the dry run found; a POST imports some rows, and its page asks for more."""
    job = _own_import(request, public_id)
    step = Step.WORKED
    if request.method == "POST" and not job.is_over:
        step = step_import(job)
        if not request.htmx:
            if step is Step.UNCHECKED:
                messages.warning(request, _unavailable())
            return redirect("merchant-import", job.public_id)
    context = _shown(job) | {
        "paused": _unavailable() if step is Step.UNCHECKED else "",
        "is_busy": step is Step.BUSY,
    }
    name = "_import_update" if request.htmx else "import"
    return render(request, f"shop/merchant/{name}.html", context)


@require_POST
@merchant_required
def import_discard(request: MerchantRequest, public_id: UUID) -> HttpResponse:
    delete_imports([_own_import(request, public_id)])
    messages.success(request, _("Discarded. What was imported already stays."))
    return redirect("merchant-import-new")


@require_safe
@merchant_required
def import_template(request: MerchantRequest) -> HttpResponse:
    """An empty table with all columns, and a row that shows how it is meant."""
    lines = [",".join(COLUMNS), ",".join(_EXAMPLE.get(name, "") for name in COLUMNS)]
    # With the mark by which Excel knows UTF-8.
    table = "\ufeff" + "\r\n".join(lines) + "\r\n"
    answer = HttpResponse(table, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{TEMPLATE_NAME}"'
    return answer


def _own_import(request: MerchantRequest, public_id: UUID) -> GarmentImport:
    return get_object_or_404(request.merchant.imports, public_id=public_id)


def _shown(job: GarmentImport) -> dict[str, object]:
    problems = [Problem.from_json(kept) for kept in job.problems[:SHOWN_PROBLEMS]]
    counts = job.shown_counts
    return {
        "job": job,
        "counts": counts,
        "to_do": counts["created"] + counts["updated"],
        "problems": problems,
        "more_problems": len(job.problems) - len(problems),
    }


def _unavailable() -> str:
    return _("We cannot check pictures right now. Please go on in a minute.")
