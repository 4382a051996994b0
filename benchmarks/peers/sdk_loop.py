"""The reference loop of goal 7: what a careful engineer writes with the SDK alone. No database, no evidence, no rules.

Four searches at once, then three structured calls in a row for each lead, K leads at a time, one shared client.
`--client httpx` is the loop of performance.md ("the openai SDK + httpx"); `--client httpx2` the same with the faster
library for the searches. Run by the environment of the peers; names of companies come as JSON on standard input.
"""

import argparse
import asyncio
import importlib
import json
import resource
import sys
import time

_SCHEMA = {
    "type": "object",
    "properties": {"text": {"type": "string"}, "score": {"type": "integer"}},
    "required": ["text", "score"],
    "additionalProperties": False,
}


async def _run(client: str, model_url: str, search_url: str, names: list[str], in_flight: int) -> None:
    http = importlib.import_module(client)
    from openai import AsyncOpenAI

    model = AsyncOpenAI(base_url=model_url, api_key="none", max_retries=0)
    web = http.AsyncClient(base_url=search_url, limits=http.Limits(max_connections=4 * in_flight))
    slots = asyncio.Semaphore(in_flight)

    async def search(query: str) -> str:
        answer = await web.get("/search", params={"q": query, "format": "json"})
        return " ".join(str(r["content"]) for r in answer.json()["results"])

    async def ask(question: str, text: str) -> str:
        answer = await model.chat.completions.create(
            model="fake",
            messages=[{"role": "system", "content": question}, {"role": "user", "content": text[:2_800]}],
            response_format={"type": "json_schema", "json_schema": {"name": "loop", "schema": _SCHEMA, "strict": True}},
        )
        return str(json.loads(answer.choices[0].message.content or "{}"))

    async def lead(name: str) -> None:
        async with slots:
            about = ("overview", "revenue", "news", "competitors")
            text = " ".join(await asyncio.gather(*(search(f"{name} {what}") for what in about)))
            found = await ask("Summarise this company.", text)
            scored = await ask("Score this lead against the profile.", f"{text} {found}")
            await ask("Write the first mail.", f"{scored} {text}")

    await asyncio.gather(*(lead(name) for name in names))
    await model.close()
    await web.aclose()


def measure(client: str, model_url: str, search_url: str, names: list[str], in_flight: int) -> dict[str, float]:
    """CPU seconds and wall seconds a lead, imports and first connections aside."""
    asyncio.run(_run(client, model_url, search_url, names[:in_flight], in_flight))
    before, begun = _cpu(), time.monotonic()
    asyncio.run(_run(client, model_url, search_url, names, in_flight))
    return {"cpu": (_cpu() - before) / len(names), "wall": (time.monotonic() - begun) / len(names)}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print what it used as JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--client", choices=["httpx", "httpx2"], required=True)
    options.add_argument("--model", required=True)
    options.add_argument("--search", required=True)
    options.add_argument("-k", type=int, required=True)
    given = options.parse_args()
    print(json.dumps(measure(given.client, given.model, given.search, json.load(sys.stdin), given.k)))


if __name__ == "__main__":
    main()
