"""1.6.0: a note on an order. Additive: 1.5.0 runs on this schema too."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade():
    op.execute("ALTER TABLE orders ADD COLUMN gift_note text")


def downgrade():
    op.execute("ALTER TABLE orders DROP COLUMN gift_note")
