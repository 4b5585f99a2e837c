"""Files of figures that take long to make: workbooks of a whole province, place by place."""
