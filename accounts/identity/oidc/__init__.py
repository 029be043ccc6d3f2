"""FranceConnect and ProConnect: sign in by OpenID Connect, on allauth's base, with every answer verified."""
