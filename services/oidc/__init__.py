"""The city's own login (OpenID Connect): its provider asked, its word checked, its person made one of ours."""
