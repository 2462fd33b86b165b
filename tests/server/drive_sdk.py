"""An application of the official SDK. Knows nothing of this project but its address.

`drive_sdk.py FOLDER BEHAVIOUR`: FOLDER has person.png, top.png, tiny.png, model.jpg;
writing "hold" into BEHAVIOUR makes the server wait until it is deleted. Base URL and
key come from the SDK's own environment variables. Prints one JSON line for each step.
"""

import asyncio
import base64
import json
import sys
import time
import urllib.request
from pathlib import Path

import dashscope
from dashscope import ImageSynthesis
from dashscope.aigc.image_synthesis import AioImageSynthesis
from dashscope.client.base_api import BaseApi, BaseAsyncApi
from dashscope.utils.oss_utils import OssUtils

FOLDER, BEHAVIOUR = (Path(argument) for argument in sys.argv[1:])
RESOLVE = {"X-DashScope-OssResourceResolve": "enable"}
TRY_ON = {"model": "aitryon", "task": "image2image", "prompt": "try on"}


def say(step, response, **more):
    fields = ("status_code", "code", "message", "request_id", "output", "usage")
    answered = {name: getattr(response, name) for name in fields}
    write({"step": step} | answered | more)
    return response


def write(line):
    sys.stdout.write(json.dumps(line, default=dict, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def data_url(name):
    content = base64.b64encode((FOLDER / name).read_bytes()).decode()
    return f"data:image/png;base64,{content}"


def submit(person="person.png", **changes):
    pictures = {
        "person_image_url": data_url(person),
        "top_garment_url": data_url("top.png"),
    }
    arguments = {**TRY_ON, "extra_input": pictures, "resolution": -1}
    return ImageSynthesis.async_call(**{**arguments, **changes}, restore_face=True)


def download(url):
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read()


def try_ons():
    """All submits first: each wait pauses for a second if its task is not done yet."""
    pictures = {
        "person_image_url": data_url("person.png"),
        "top_garment_url": data_url("top.png"),
    }
    submitted = say("submit", submit())
    say("fetch", ImageSynthesis.fetch(submitted))
    plain = BaseAsyncApi.async_call(
        "aitryon-plus",
        pictures,
        task_group="aigc",
        task="image2image",
        function="image-synthesis",
        resolution=-1,
    )
    say("submit without prompt", plain)
    uploaded = local_files()
    failing = submit(person="tiny.png")

    done = ImageSynthesis.wait(submitted)
    content = download(done.output.image_url)
    say("wait", done, downloaded=len(content), is_png=content[:4] == b"\x89PNG")
    say("wait without prompt", BaseAsyncApi.wait(plain))
    say("wait for uploaded files", ImageSynthesis.wait(uploaded))
    say("wait for a failure", ImageSynthesis.wait(failing))


def local_files():
    person, _ = OssUtils.upload("aitryon", str(FOLDER / "person.png"))
    top, _ = OssUtils.upload("aitryon", str(FOLDER / "top.png"))
    pictures = {"person_image_url": person, "top_garment_url": top}
    submitted = submit(extra_input=pictures, headers=RESOLVE)
    return say("submit uploaded files", submitted, addresses=[person, top])


def parsing():
    url, _ = OssUtils.upload("aitryon-parsing-v1", str(FOLDER / "model.jpg"))
    parsed = BaseApi.call(
        "aitryon-parsing-v1",
        {"image_url": url},
        task_group="vision",
        task="image-process",
        function="process",
        headers=RESOLVE,
        clothes_type=["upper", "lower"],
    )
    say("parse", parsed, downloaded=len(download(parsed.output["crop_img_url"][0])))


def cancel():
    BEHAVIOUR.write_text("hold")
    try:
        first = submit()
        while ImageSynthesis.fetch(first).output.task_status == "PENDING":
            time.sleep(0.05)
        second = submit()
        say("cancel", ImageSynthesis.cancel(second))
        say("fetch canceled", ImageSynthesis.fetch(second))
        say("cancel what runs", ImageSynthesis.cancel(first))
    finally:
        BEHAVIOUR.unlink()


def listing():
    say("list", ImageSynthesis.list(model_name="aitryon", status="SUCCEEDED"))
    say("list a page", ImageSynthesis.list(page_no=2, page_size=1))


def failures():
    say("unknown task", ImageSynthesis.fetch("00000000-0000-4000-8000-000000000000"))
    say("wrong model", submit(model="aitryon-9"))
    say("wrong key", submit(api_key="sk-wrong"))


async def aio():
    pictures = {
        "person_image_url": data_url("person.png"),
        "top_garment_url": data_url("top.png"),
    }
    submitted = await AioImageSynthesis.async_call(**TRY_ON, extra_input=pictures)
    say("aio submit", submitted)
    say("aio wait", await AioImageSynthesis.wait(submitted))
    say("aio cancel", await AioImageSynthesis.cancel(submitted))


write({"step": "sdk", "version": dashscope.version.__version__})
for part in (try_ons, parsing, listing, cancel, failures):
    part()
asyncio.run(aio())
