"""My numbers: bare telephone, QQ and WeChat numbers become leads and are dealt out."""
