"""The built-in step of the applicant's identity, with fixed ids (CRPA R112-9-1)."""

from collections.abc import Sequence
from typing import Literal

from django.utils.translation import gettext_lazy

from .base import Answers
from .conditions import Test
from .fields import AddressField, ChoiceField, EmailField, Field, Option, PhoneField, TextField

APPLICANT_STEP_ID = "applicant"
Kind = Literal["person", "association", "company"]

_KINDS = {
    "person": Option(value="person", label="Pour moi ou pour une personne"),
    "association": Option(value="association", label="Pour une association"),
    "company": Option(value="company", label="Pour une entreprise ou un organisme"),
}


def applicant_fields(kinds: Sequence[Kind], identification: Literal["full", "optional", "none"]) -> list[Field]:
    """Return the questions of the identity step: a name, an address, and how to be answered."""
    required = identification == "full"
    fields: list[Field] = []
    organisations = [kind for kind in kinds if kind != "person"]
    if len(kinds) > 1:
        fields.append(
            ChoiceField(
                type="choice",
                id="applicant_kind",
                label="Pour qui faites-vous cette demande ?",
                short="Demande faite pour",
                options=[_KINDS[kind] for kind in kinds],
            )
        )
    if organisations:
        in_org = Test(field="applicant_kind", op="in", value=organisations) if len(kinds) > 1 else None
        fields.append(
            TextField(
                type="text",
                id="applicant_organisation",
                label="Nom de l’association ou de l’organisme",
                short="Organisme",
                autocomplete="organization",
                when=in_org,
            )
        )
    if "association" in kinds:
        fields.append(
            TextField(
                type="text",
                id="applicant_rna",
                label="Numéro RNA de l’association",
                short="Numéro RNA",
                help="Il commence par W, suivi de 9 chiffres ou lettres. Il figure sur le récépissé de déclaration.",
                pattern="W[0-9A-Z]{9}",
                pattern_reason="Le numéro RNA commence par W, suivi de 9 chiffres ou lettres, par exemple W123456789.",
                when=Test(field="applicant_kind", value="association") if len(kinds) > 1 else None,
            )
        )
    if "company" in kinds:
        fields.append(
            TextField(
                type="text",
                id="applicant_siret",
                label="Numéro SIRET",
                help="14 chiffres, sans espace.",
                pattern="[0-9]{14}",
                pattern_reason="Le numéro SIRET compte 14 chiffres, par exemple 20006541500016.",
                when=Test(field="applicant_kind", value="company") if len(kinds) > 1 else None,
            )
        )
    fields += [
        TextField(
            type="text",
            id="applicant_family_name",
            label="Votre nom",
            short="Nom",
            help="Tel qu’il figure sur votre pièce d’identité.",
            autocomplete="family-name",
            max_length=100,
            required=required,
        ),
        TextField(
            type="text",
            id="applicant_given_names",
            label="Vos prénoms",
            short="Prénoms",
            help="Laissez vide si votre pièce d’identité n’en porte pas.",
            autocomplete="given-name",
            max_length=100,
            required=False,
        ),
        AddressField(
            type="address",
            id="applicant_address",
            label="Votre adresse postale",
            short="Adresse postale",
            required=required,
        ),
        ChoiceField(
            type="choice",
            id="applicant_contact",
            label="Comment voulez-vous recevoir nos réponses ?",
            short="Nous vous répondons",
            required=required,
            options=[
                Option(value="email", label="Par courriel"),
                Option(
                    value="post",
                    label="Par courrier, à mon adresse postale",
                    help="Si vous déposez au guichet ou avec un aidant, et n’avez pas d’adresse électronique.",
                ),
            ],
        ),
        EmailField(
            type="email",
            id="applicant_email",
            label="Votre adresse électronique",
            short="Adresse électronique",
            help="Par exemple : nom@exemple.fr",
            required=required,
            when=Test(field="applicant_contact", value="email"),
        ),
        PhoneField(
            type="phone",
            id="applicant_phone",
            label="Votre téléphone",
            short="Téléphone",
            help="Pour vous joindre plus vite si une précision manque.",
            required=False,
        ),
    ]
    return fields


def display_name(answers: Answers) -> str:
    """Return the name under which the request is filed: the organisation's, else the person's, else a plain word."""
    person = " ".join(
        part for part in (answers.get("applicant_given_names"), answers.get("applicant_family_name")) if part
    )
    organisation = answers.get("applicant_organisation")
    return str(organisation or person or gettext_lazy("Anonymous"))
