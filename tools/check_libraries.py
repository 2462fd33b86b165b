"""Say in one sentence which system library is missing, and how to install it."""

import importlib
import re
import sys

PACKAGES = {  # Debian's and Ubuntu's package for each shared library
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libGLESv2.so.2": "libgles2",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgomp.so.1": "libgomp1",
    "libstdc++.so.6": "libstdc++6",
}


def main() -> int:
    for module in ("cv2", "mediapipe", "pillow_heif", "scipy.ndimage", "skimage"):
        try:
            importlib.import_module(module)
        except ImportError as error:
            print(advice(module, str(error)), file=sys.stderr)
            return 1
    return 0


def advice(module: str, message: str) -> str:
    found = re.search(r"(lib[\w.+-]+\.so[.\d]*)", message)
    library = found.group(1) if found else ""
    if library in PACKAGES:
        return (
            f"The system library {library} is missing: "
            f"sudo apt-get install -y {PACKAGES[library]}, then run make again."
        )
    return f"The Python package {module} does not load here: {message}"


if __name__ == "__main__":
    sys.exit(main())
