"""The addresses that every entity gets; `slug` names the entity."""

from django.urls import path

from haike.screens import acts, board, calendar, dialogs, form, picker, record
from haike.screens import bin as recycle
from haike.screens import list as lists

app_name = "kernel"
ONE = "<slug:slug>/<int:pk>/"
urlpatterns = [
    path("divisions", picker.divisions_view, name="divisions"),
    path("<slug:slug>/", lists.list_view, name="list"),
    path("<slug:slug>/count", lists.count_view, name="count"),
    path("<slug:slug>/new", form.new_view, name="new"),
    path("<slug:slug>/pick", picker.pick_view, name="pick"),
    path("<slug:slug>/filter", dialogs.filter_view, name="filter"),
    path("<slug:slug>/filter/row", dialogs.filter_row_view, name="filter_row"),
    path("<slug:slug>/columns", dialogs.columns_view, name="columns"),
    path("<slug:slug>/density", dialogs.density_view, name="density"),
    path("<slug:slug>/views/new", dialogs.view_new_view, name="view_new"),
    path("<slug:slug>/views/<int:pk>/share", dialogs.view_share_view, name="view_share"),
    path("<slug:slug>/views/<int:pk>/delete", dialogs.view_delete_view, name="view_delete"),
    path("<slug:slug>/board", board.board_view, name="board"),
    path("<slug:slug>/board/move", board.move_view, name="board_move"),
    path("<slug:slug>/calendar", calendar.calendar_view, name="calendar"),
    path("<slug:slug>/bin/", recycle.bin_view, name="bin"),
    path("<slug:slug>/bin/empty", recycle.empty_view, name="empty"),
    path(ONE, record.record_view, name="record"),
    path(f"{ONE}edit", form.edit_view, name="edit"),
    path(f"{ONE}field/<slug:name>", form.field_view, name="field"),
    path(f"{ONE}panel/<slug:key>", record.panel_view, name="panel"),
    path(f"{ONE}log", record.log_view, name="log"),
    path(f"{ONE}reveal/<slug:name>", record.reveal_view, name="reveal"),
    path(f"{ONE}picture/<slug:name>", record.picture_view, name="picture"),
    path(f"{ONE}delete", record.delete_view, name="delete"),
    path(f"{ONE}restore", record.restore_view, name="restore"),
    path(f"{ONE}purge", recycle.purge_view, name="purge"),
    path(f"{ONE}archive", acts.archive_view, name="archive"),
    path(f"{ONE}transfer", acts.transfer_view, name="transfer"),
    path(f"{ONE}share", acts.share_view, name="share"),
    path(f"{ONE}close", record.close_view, name="close"),
    path(f"{ONE}do/<slug:step>", acts.step_view, name="step"),
]
