"""What the XLSForm and ODK XForms standards say: questionnaires compiled, interviews read."""
