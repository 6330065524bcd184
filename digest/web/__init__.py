"""The pages and the API that a static host cannot serve: join, confirm, choose, leave, search.

`app` has the routes and puts the parts together; each other module answers for one group of them.
What they need of the newsletter stands in `office`. Needs the extra `web`.
"""
