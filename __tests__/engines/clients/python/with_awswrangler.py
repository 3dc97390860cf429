import awswrangler as wr
import pandas as pd
from checks import DATABASE, TABLE, WORKGROUP, check, run, setting

LAKE = setting("LAKE")


@check("read_sql_query with its defaults (CTAS)")
def ctas():
    frame = wr.athena.read_sql_query(f"SELECT country, count(*) AS lines, sum(quantity * price) AS revenue FROM {TABLE} GROUP BY country", database=DATABASE, workgroup=WORKGROUP)
    return {"rows": len(frame) > 0, "columns": list(frame.columns), "lines": int(frame["lines"].sum()) > 0}


@check("read_sql_query without CTAS")
def plain():
    frame = wr.athena.read_sql_query(f"SELECT country, count(*) AS lines FROM {TABLE} GROUP BY country", database=DATABASE, workgroup=WORKGROUP, ctas_approach=False)
    return {"rows": len(frame) > 0}


@check("read_sql_table")
def table():
    frame = wr.athena.read_sql_table("ctas_retail_trans_parquet", database=DATABASE, workgroup=WORKGROUP)
    return {"rows": len(frame) > 0}


@check("read_sql_query with params")
def params():
    frame = wr.athena.read_sql_query(f"SELECT count(*) AS lines FROM {TABLE} WHERE country = :country", params={"country": "Nowhere"}, database=DATABASE, workgroup=WORKGROUP, ctas_approach=False)
    return int(frame["lines"][0])


@check("s3.list_objects, s3.read_parquet, s3.read_json")
def files():
    objects = wr.s3.list_objects(f"s3://{LAKE}/json-data/")
    parquet = wr.s3.read_parquet(f"s3://{LAKE}/parquet-retail-trans/", dataset=True)
    json = wr.s3.read_json(objects[0], lines=True)
    return {"objects": len(objects) > 0, "parquet": len(parquet) > 0, "json": len(json) > 0}


@check("s3.to_parquet and back")
def write():
    path = f"s3://{LAKE}/clients/frame.parquet"
    wr.s3.to_parquet(pd.DataFrame({"a": [1, 2]}), path)
    frame = wr.s3.read_parquet(path)
    wr.s3.delete_objects(path)
    return frame["a"].tolist()


@check("catalog.databases, catalog.tables, catalog.table")
def catalog():
    return {"database": DATABASE in wr.catalog.databases()["Database"].tolist(), "table": TABLE in wr.catalog.tables(database=DATABASE)["Table"].tolist(), "columns": len(wr.catalog.table(database=DATABASE, table=TABLE))}


run()
