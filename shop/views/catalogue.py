"""The catalogue and the page of one garment."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from ..forms.catalogue import CatalogueForm
from ..models import Garment
from ..outfits import address, carried, goes_with

PAGE_SIZE = 24
RELATED = 4


def garment_list(request: HttpRequest) -> HttpResponse:
    form = CatalogueForm(request.GET)
    paginator = Paginator(form.garments(), PAGE_SIZE)
    carry = carried(request.GET)
    context = {
        "page": paginator.get_page(request.GET.get("page")),
        "filters": form.choices(),
        "carry": carry,
        "back_url": address("tryon-start", carry),
    }
    return render(request, "shop/garment_list.html", context)


def garment_detail(request: HttpRequest, slug: str) -> HttpResponse:
    garment = get_object_or_404(Garment.objects.on_sale(), slug=slug)
    context = {
        "garment": garment,
        "related": goes_with(garment)[:RELATED],
        # A top and a bottom are tried on together.
        "carry": {garment.kind: garment.slug},
    }
    return render(request, "shop/garment_detail.html", context)
