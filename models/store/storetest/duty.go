package storetest

import (
	"time"

	"duban/models"
	"duban/models/store"
)

// Duty is an assignment on its way into the database, with what its history
// would have left there. It reads as it happened:
//
//	o.Duty("m1", "wanbao").DueOn("2020-10-14").Returned(day).Store()
//
// It starts as issued on IssuedOn with its measure's deadline, unsigned, and
// the unit responsible.
type Duty struct {
	o          *Office
	name       string
	a          models.Assignment
	submission *models.Submission
	extension  *models.Extension
}

// Duty begins an assignment of a unit on a measure; Store ends it.
func (o *Office) Duty(ref, unit string) *Duty {
	o.t.Helper()
	m := o.Measure(ref)
	due := map[string]string{"m1": "2020-09-30", "m2": "2020-10-15", "m3": "2020-12-31", "m4": "2020-08-31"}[ref]
	return &Duty{o: o, name: ref + " " + unit, a: models.Assignment{
		PlanID: o.Plan.ID, MeasureID: m.ID, UnitID: o.Unit(unit).ID, Role: models.UnitResponsible, State: models.StateUnack,
		DueOn: day(due), EffectiveOn: day(due), IssuedOn: IssuedOn, Version: 1,
	}}
}

// As sets the unit's role.
func (d *Duty) As(r models.UnitRole) *Duty { d.a.Role = r; return d }

// Through says that the duty comes by way of a group.
func (d *Duty) Through(g models.UnitGroup) *Duty { d.a.GroupID = g.ID; return d }

// DueOn sets the deadline, original and effective, in ISO form; "" is none.
func (d *Duty) DueOn(iso string) *Duty {
	d.a.DueOn, d.a.EffectiveOn = models.Date{}, models.Date{}
	if iso != "" {
		d.a.DueOn, d.a.EffectiveOn = day(iso), day(iso)
	}
	return d
}

// Signed has the unit sign, on the day after issue.
func (d *Duty) Signed() *Duty { return d.act(models.ActSign, models.Change{}, 1) }

// Blocked reports that the unit cannot go on.
func (d *Duty) Blocked(cause, by string) *Duty {
	d.a.BlockedCause, d.a.BlockedBy = cause, by
	return d
}

// Extended has the lead office move the deadline.
func (d *Duty) Extended(to models.Date) *Duty {
	decided := at(6)
	d.extension = &models.Extension{
		Number: 1, FromDate: d.a.EffectiveOn, ToDate: to, GrantedTo: to, Reason: "受疫情影响", State: models.ExtensionGranted,
		At: at(5), DecidedByID: d.o.User("lead").ID, DecidedBy: d.o.User("lead").Name, DecidedAt: &decided, Answer: "同意", Version: 1,
	}
	d.a.EffectiveOn = to
	return d
}

// InReview has the unit sign and hand in a completion with a file and a link,
// three weeks after issue.
func (d *Duty) InReview() *Duty {
	d.sign().act(models.ActSubmit, models.Change{}, 21)
	d.submission = &models.Submission{Kind: models.SubmitCompletion, State: models.SubmissionReview, Statement: "已按要求完成。"}
	return d
}

// Done has the lead office approve what the unit handed in.
func (d *Duty) Done() *Duty {
	d.InReview().act(models.ActApprove, models.Change{}, 22)
	return d.decided(models.SubmissionApproved)
}

// Closed has the lead office sign it off for good.
func (d *Duty) Closed() *Duty { return d.Done().act(models.ActClose, models.Change{}, 23) }

// Returned has the lead office return it, to be handed in again by a day.
func (d *Duty) Returned(by models.Date) *Duty {
	d.InReview().act(models.ActReturn, models.Change{Reason: "缺少佐证材料", ResubmitBy: by}, 22)
	d.submission.ReasonCode, d.submission.Reason, d.submission.ResubmitBy = "evidence", "缺少佐证材料", by
	return d.decided(models.SubmissionReturned)
}

// NotApplicable has the lead office consent to 不涉及.
func (d *Duty) NotApplicable() *Duty {
	d.sign().act(models.ActAskNA, models.Change{Reason: "本单位无此职能"}, 21)
	d.submission = &models.Submission{Kind: models.SubmitNA, State: models.SubmissionReview, Statement: "本单位无此职能"}
	d.act(models.ActApprove, models.Change{NA: true}, 22)
	return d.decided(models.SubmissionApproved)
}

// Withdrawn has the lead office withdraw it.
func (d *Duty) Withdrawn() *Duty {
	return d.act(models.ActWithdraw, models.Change{Reason: "方案调整"}, 10)
}

// Store writes the assignment and what hangs on it, and returns it.
func (d *Duty) Store() models.Assignment {
	d.o.t.Helper()
	d.o.Write(func(tx *store.Tx) error {
		ctx, unit := d.o.t.Context(), d.by()
		rows := []models.Assignment{d.a}
		if err := tx.InsertAssignments(ctx, rows); err != nil {
			return err
		}
		d.a = rows[0]
		d.o.duties[d.name] = d.a.ID
		if e := d.extension; e != nil {
			e.AssignmentID, e.ByID, e.ByName = d.a.ID, unit.ID, unit.Name
			if err := tx.InsertExtension(ctx, e); err != nil {
				return err
			}
		}
		s := d.submission
		if s == nil {
			return nil
		}
		s.AssignmentID, s.Number, s.ByID, s.ByName, s.Version = d.a.ID, 1, unit.ID, unit.Name, 1
		s.CreatedAt, s.SubmittedAt = at(20), d.a.SubmittedAt
		if err := tx.InsertSubmission(ctx, s); err != nil {
			return err
		}
		if s.Kind != models.SubmitCompletion {
			return nil
		}
		return tx.InsertEvidence(ctx, []models.Evidence{
			{SubmissionID: s.ID, AssignmentID: d.a.ID, Kind: models.EvidenceFile, Name: "佐证材料.txt", SHA256: EvidenceSHA256,
				Size: int64(len(EvidenceBytes)), MIME: "text/plain; charset=utf-8", ByID: unit.ID, ByName: unit.Name, CreatedAt: at(20)},
			{SubmissionID: s.ID, AssignmentID: d.a.ID, Kind: models.EvidenceLink, Name: "https://example.test/notice",
				ByID: unit.ID, ByName: unit.Name, CreatedAt: at(20)},
		})
	})
	return d.a
}

func (d *Duty) sign() *Duty {
	if d.a.State == models.StateUnack {
		d.Signed()
	}
	return d
}

// act goes through the one state machine, so that a fixture cannot hold a
// state that the program could not reach.
func (d *Duty) act(act models.Act, c models.Change, days int) *Duty {
	d.o.t.Helper()
	c.Now, c.Today = at(days), IssuedOn.AddDays(days)
	if err := d.a.Apply(act, c); err != nil {
		d.o.t.Fatalf("fixture %s: %s: %v", d.name, act, err)
	}
	return d
}

func (d *Duty) decided(s models.SubmissionState) *Duty {
	when := at(22)
	d.submission.State, d.submission.ReviewedAt = s, &when
	d.submission.ReviewerID, d.submission.ReviewerName = d.o.User("lead").ID, d.o.User("lead").Name
	return d
}

// by is who acted for the unit: its contact, where it has one.
func (d *Duty) by() models.User {
	for _, u := range d.o.users {
		if u.UnitID == d.a.UnitID && u.Role == models.RoleContact {
			return u
		}
	}
	return models.User{}
}

// at is an instant so many days after the issue, at ten in the morning.
func at(days int) time.Time { return IssuedOn.AddDays(days).Time(Zone).Add(10 * time.Hour) }
