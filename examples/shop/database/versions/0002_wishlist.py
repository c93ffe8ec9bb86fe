"""1.5.0: the wishlist. Additive: 1.4.0 runs on this schema too."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.execute(
        "CREATE TABLE wishlist (customer text, product integer REFERENCES products, "
        "PRIMARY KEY (customer, product))")


def downgrade():
    op.execute("DROP TABLE wishlist")
