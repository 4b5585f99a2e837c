"""The same figures as an OData 4.0 feed, for Excel, Power BI and their kind."""
