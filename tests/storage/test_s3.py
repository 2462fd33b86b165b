"""SHOP_STORAGE=s3 against a real server that speaks S3, as a process of its own."""

import json
import os
import subprocess
import sys
import time

import boto3
import pytest
import requests

from tests.another_run import ROOT, run_tests
from tests.ports import held_port

PUBLIC = "shop-public"
PRIVATE = "shop-private"
KEYS = {
    "AWS_ACCESS_KEY_ID": "a-key",
    "AWS_SECRET_ACCESS_KEY": "a-secret",
    "AWS_DEFAULT_REGION": "eu-central-1",
}
EVERYBODY_READS = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{PUBLIC}/*",
        }
    ],
}
STARTS_WITHIN_S = 90


@pytest.fixture
def endpoint():
    with held_port() as port:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.storage.s3_server", str(port)],
            cwd=ROOT,
            env=os.environ | KEYS,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        address = f"http://127.0.0.1:{port}"
        try:
            wait_until_open(address, server)
            yield address
        finally:
            server.kill()
            server.wait()


def wait_until_open(address, server):
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            requests.get(address, timeout=5)
            return
        except requests.RequestException:
            time.sleep(0.05)
    raise AssertionError("The S3 server did not come up.")


def test_pictures_live_in_an_object_store(endpoint):
    store = boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        region_name=KEYS["AWS_DEFAULT_REGION"],
    )
    for bucket in (PUBLIC, PRIVATE):
        where = {"LocationConstraint": KEYS["AWS_DEFAULT_REGION"]}
        store.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
    store.put_bucket_policy(Bucket=PUBLIC, Policy=json.dumps(EVERYBODY_READS))

    run_tests(
        "tests/storage/on_s3.py",
        **KEYS,
        SHOP_STORAGE="s3",
        SHOP_S3_ENDPOINT_URL=endpoint,
        SHOP_S3_PUBLIC_BUCKET=PUBLIC,
        SHOP_S3_PRIVATE_BUCKET=PRIVATE,
        SHOP_S3_BROWSER_ORIGINS=endpoint,
    )
