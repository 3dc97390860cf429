from checks import DATABASE, TABLE, WORKGROUP, check, run, setting
import pandas as pd
from sqlalchemy import MetaData, Table, create_engine, func, inspect, select, text

ENGINE = create_engine(f"awsathena+rest://@athena.{setting('AWS_REGION')}.amazonaws.com:443/{DATABASE}?work_group={WORKGROUP}")


@check("inspector: schemas, tables, columns, has_table of one that is not there")
def inspector():
    found = inspect(ENGINE)
    return {
        "schema": DATABASE in found.get_schema_names(),
        "table": TABLE in found.get_table_names(),
        "views": found.get_view_names(),
        "columns": {c["name"]: str(c["type"]) for c in found.get_columns(TABLE)}["price"],
        "nowhere": found.has_table("nowhere"),
    }


@check("reflection and a select")
def reflection():
    table = Table(TABLE, MetaData(), autoload_with=ENGINE)
    with ENGINE.connect() as connection:
        row = connection.execute(select(func.count()).select_from(table)).scalar()
        first = connection.execute(select(table.c.country, func.sum(table.c.quantity)).group_by(table.c.country).order_by(table.c.country).limit(2)).fetchall()
    return {"lines": row > 0, "rows": len(first) > 0}


@check("text with bound parameters")
def bound():
    with ENGINE.connect() as connection:
        return connection.execute(text(f"SELECT count(*) FROM {TABLE} WHERE country = :country"), {"country": "Nowhere"}).scalar()


@check("pandas.read_sql")
def read_sql():
    return {"rows": len(pd.read_sql(f"SELECT country, count(*) AS lines FROM {TABLE} GROUP BY 1", ENGINE)) > 0}


run()
