"""General settings whose forms carry files: the agent profile with its signature, the products with a price list."""

from starlette.datastructures import UploadFile
from starlette.responses import Response

from leadwright.actions import agent as act
from leadwright.actions.price_list import PRICE_LIST_BYTES, PRICE_LIST_LENGTH, read_price_list
from leadwright.db.configuration import Configuration
from leadwright.errors import BadInput, NotFound
from leadwright.mail.signature import MOST_IMAGE, image_bytes, image_of
from leadwright.web.pages.agent import needed_agent, section_form, takes_effect
from leadwright.web.visit import Pages, Visit

pages = Pages()


@pages.post("/agent/section/profile", "prvConfigureAgent", takes=lambda _settings: 2_000_000)
def save_profile(visit: Visit) -> Response:
    """Save the agent profile: name, user, signature with its image, disclaimer, terms."""
    agent = needed_agent(visit)
    try:
        values = {n: visit.text(n) for n in ("name", "description", "disclaimer", "other_terms")}
        values["signature_html" if "signature_html" in visit.form else "signature"] = visit.text(
            "signature_html"
        ) or visit.text("signature")
        if user := visit.text("agentuserid"):
            values["agentuserid"] = user
        if image := _file(visit, "signature_image"):
            values["signature_image"] = image_of(image.file.read(MOST_IMAGE + 1))
        elif visit.text("remove_image"):
            values["signature_image"] = ""
        version = visit.number("versionnumber")
        act.edit_draft(visit.services, visit.who, agent.agentid, "profile", values, versionnumber=version)
    except BadInput as error:
        return section_form(visit, "profile", {error.field or "": str(error)}, 422)
    return visit.to("/agent/section/profile", f"Saved in the draft. {takes_effect(agent)}")


@pages.get("/agent/section/profile/image", "prvReadAgent")
def signature_image(visit: Visit) -> Response:
    """The image of the signature as it is in the draft."""
    image = Configuration.model_validate(needed_agent(visit).draft).profile.signature_image
    if not image:
        raise NotFound("The signature has no image.")
    kind, content = image_bytes(image)
    return Response(content, media_type=f"image/{kind}", headers={"Cache-Control": "no-store"})


@pages.post("/agent/section/products", "prvConfigureAgent", takes=lambda _settings: PRICE_LIST_BYTES + 100_000)
def save_products(visit: Visit) -> Response:
    """Save what is said of the products; a price list may come as a file, whose text is kept."""
    agent = needed_agent(visit)
    said = "Saved in the draft."
    try:
        values = {n: visit.text(n, most=PRICE_LIST_LENGTH) for n in ("value_proposition", "benefits", "price_list")}
        if file := _file(visit, "price_file"):
            values["price_list"] = read_price_list(file.filename or "", file.file)
            lines = len(values["price_list"].splitlines())
            said = f"{file.filename}: its {lines} lines are the price list now. Look them over."
        version = visit.number("versionnumber")
        act.edit_draft(visit.services, visit.who, agent.agentid, "products", values, versionnumber=version)
    except BadInput as error:
        return section_form(visit, "products", {error.field or "": str(error)}, 422)
    return visit.to("/agent/section/products", f"{said} {takes_effect(agent)}")


def _file(visit: Visit, name: str) -> UploadFile | None:
    given = visit.form.get(name)
    return given if isinstance(given, UploadFile) and given.filename else None
