package models

import "time"

// Role is what a person is in the system. The words are those of the field:
// see docs/glossary.md.
type Role string

const (
	RoleAdmin      Role = "admin"      // 系统管理员: accounts and settings, no business rights
	RoleLead       Role = "lead"       // 牵头办: puts plans in, issues, reviews, chases
	RoleContact    Role = "contact"    // 联络员: signs, reports, submits for one unit
	RoleLeader     Role = "leader"     // 分管领导 of one unit: reads, receives escalations
	RoleSupervisor Role = "supervisor" // 督查: reads everything, changes nothing, writes opinions
)

// Roles lists every role, in the order in which forms offer them.
var Roles = []Role{RoleContact, RoleLeader, RoleLead, RoleSupervisor, RoleAdmin}

// Valid reports whether r is a known role.
func (r Role) Valid() bool {
	switch r {
	case RoleAdmin, RoleLead, RoleContact, RoleLeader, RoleSupervisor:
		return true
	}
	return false
}

// OfUnit reports whether a person in this role must belong to a unit.
func (r Role) OfUnit() bool { return r == RoleContact || r == RoleLeader || r == RoleLead }

// User is a person with an account. Duties hang on units, not on persons: see
// Unit.ContactID.
type User struct {
	ID           UserID
	Login        string
	Name         string
	Title        string // post, as it stands on paper: 督查科, 副局长
	Phone        string
	Email        string
	Role         Role
	UnitID       UnitID
	Lang         string // "zh" or "en": the language of pages and mails
	PasswordHash string
	DisabledAt   *time.Time
	SeenAt       *time.Time // last signed in, nil: never
	Epoch        int        // raised by disabling, role or password change: ends every session
	CreatedAt    time.Time
	Version      int
}

// Active reports whether the person may sign in and be written to.
func (u User) Active() bool { return u.DisabledAt == nil }

// Session is one signed-in browser. Only the SHA-256 of its token is stored.
type Session struct {
	TokenHash  string
	UserID     UserID
	Epoch      int
	CreatedAt  time.Time
	LastSeenAt time.Time
	IP         string
	Agent      string
}

// Ticket is a one-time link: the first administrator's set-up, an invitation
// or a password reset by an administrator. Only the SHA-256 of its token is
// stored.
type Ticket struct {
	TokenHash string
	Kind      TicketKind
	UserID    UserID // zero for a set-up ticket
	ExpiresAt time.Time
	UsedAt    *time.Time
	CreatedAt time.Time
}

// TicketKind tells what a one-time link is for.
type TicketKind string

const (
	TicketSetup  TicketKind = "setup"  // creates the first administrator
	TicketInvite TicketKind = "invite" // sets or resets one person's password
)

// Actor is who is acting: a person, or the system itself in a job. It is an
// explicit parameter of every verb.
type Actor struct {
	UserID UserID
	Name   string
	Role   Role
	UnitID UnitID
	Lang   string
	IP     string
	System bool // a scheduled job or a command on the machine
}

// SystemActor is who acts in scheduled jobs and in commands run on the machine.
func SystemActor(name string) Actor { return Actor{Name: name, System: true, Lang: "zh"} }

// ActorOf makes an Actor of a signed-in person.
func ActorOf(u User, ip string) Actor {
	return Actor{UserID: u.ID, Name: u.Name, Role: u.Role, UnitID: u.UnitID, Lang: u.Lang, IP: ip}
}

// Scope is the part of the assignments that a viewer may know of, counts
// included. The zero Scope sees nothing.
type Scope struct {
	All  bool
	Unit UnitID
}

// Scope returns what the actor may see: lead office and supervisors all, a
// unit's people their own unit, an administrator nothing (no business rights).
func (a Actor) Scope() Scope {
	switch {
	case a.System, a.Role == RoleLead, a.Role == RoleSupervisor:
		return Scope{All: true}
	case a.Role == RoleContact, a.Role == RoleLeader:
		return Scope{Unit: a.UnitID}
	}
	return Scope{}
}

// Sees reports whether the scope holds the unit.
func (s Scope) Sees(u UnitID) bool { return s.All || (s.Unit != 0 && s.Unit == u) }

// Empty reports whether nothing can be in the scope.
func (s Scope) Empty() bool { return !s.All && s.Unit == 0 }
