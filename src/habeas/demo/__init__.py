"""A company to try habeas on: Lantern, an invented vendor of customer-success software, with people in it.

`company.build` fills a database, `laying_out.lay_out` makes a whole folder (database, reviewed map, README), `walk`
says which commands to run there and why, and `characters` names the people that documents and tests count on.
"""
