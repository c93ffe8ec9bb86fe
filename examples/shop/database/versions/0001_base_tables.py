"""1.4.0: products, carts and orders."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.execute("CREATE TABLE products (id integer PRIMARY KEY, name text NOT NULL, cents integer NOT NULL)")
    op.execute(
        "CREATE TABLE cart_items (cart text, product integer REFERENCES products, count integer NOT NULL, "
        "PRIMARY KEY (cart, product))")
    op.execute(
        "CREATE TABLE orders (id uuid PRIMARY KEY, product integer NOT NULL REFERENCES products, "
        "count integer NOT NULL, cents bigint NOT NULL, placed timestamptz NOT NULL DEFAULT now())")
    op.execute(
        "INSERT INTO products SELECT n, colour || ' ' || kind, 900 + n * 10 "
        "FROM (SELECT row_number() OVER (ORDER BY kind, colour) AS n, kind, colour "
        "      FROM unnest(ARRAY['lamp', 'chair', 'table', 'shelf', 'clock']) kind, "
        "           unnest(ARRAY['red', 'green', 'blue', 'white', 'black', 'oak', 'pine', 'steel']) colour) goods")


def downgrade():
    op.execute("DROP TABLE orders, cart_items, products")
