from checks import DATABASE, TABLE, WORKGROUP, check, run, setting
from pyathena import connect
from pyathena.cursor import DictCursor
from pyathena.error import OperationalError
from pyathena.pandas.cursor import PandasCursor


def connection(**more):
    return connect(work_group=WORKGROUP, schema_name=DATABASE, region_name=setting("AWS_REGION"), **more)


@check("cursor: a query with parameters (pyformat)")
def pyformat():
    cursor = connection().cursor()
    cursor.execute(f"SELECT count(*), %(text)s FROM {TABLE} WHERE quantity > %(least)d", {"text": "it's", "least": -1000000})
    (lines, text) = cursor.fetchone()
    return {"lines": lines > 0, "text": text}


@check("cursor: a query with parameters (qmark: ExecutionParameters)")
def qmark():
    cursor = connection().cursor()
    cursor.execute(f"SELECT count(*) FROM {TABLE} WHERE country = ?", ["'Nowhere'"], paramstyle="qmark")
    return cursor.fetchone()[0]


@check("DictCursor: types of all columns")
def types():
    cursor = connection(cursor_class=DictCursor).cursor()
    cursor.execute(f"SELECT invoice, quantity, invoicedate, price, arrived_at, 1 = 1 AS yes, NULL AS nothing FROM {TABLE} LIMIT 1")
    row = cursor.fetchone()
    return {name: type(value).__name__ for name, value in row.items()}


@check("PandasCursor: as_pandas")
def pandas():
    frame = connection(cursor_class=PandasCursor).cursor().execute(f"SELECT country, price FROM {TABLE}").as_pandas()
    return {"rows": len(frame) > 0, "columns": list(frame.columns)}


@check("a table that is not there")
def missing():
    try:
        connection().cursor().execute("SELECT * FROM nowhere").fetchall()
    except OperationalError as error:
        return str(error).split(":")[0]
    raise AssertionError("not refused")


@check("SHOW TABLES, DESCRIBE, SHOW PARTITIONS")
def show():
    cursor = connection().cursor()
    tables = [row[0] for row in cursor.execute("SHOW TABLES").fetchall()]
    described = cursor.execute(f"DESCRIBE {TABLE}").fetchall()
    cursor.execute("SHOW PARTITIONS ctas_retail_trans_parquet").fetchall()
    return {"table": TABLE in tables, "invoice": described[0][0].split("\t")[0].strip()}


run()
