"""`python -m bot.locale`: bring the catalogues up to date with the code, list what wants translating."""

import sys

from bot.locale._catalogue import faults, languages, update


def main() -> int:
    for language in languages():
        update(language)
    left = [f"{language} {fault}" for language in languages() for fault in faults(language)]
    sys.stdout.write("".join(f"{line}\n" for line in left))
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
