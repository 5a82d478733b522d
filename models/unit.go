package models

import "time"

// UnitFamily sorts units into the fixed families of the heat strip and of
// like-for-like comparison: 市直, 中省直, 乡镇, 大厅, 区 … It is the register's
// own wording.
type UnitFamily string

// FamilyRegion marks a node of the tree that is a region and has no duties.
const FamilyRegion UnitFamily = "区域"

// Unit is a body that can owe something: a department, a township, a service
// hall. Units form a tree of regions and bodies.
type Unit struct {
	ID       UnitID
	Code     string // stable ascii name in addresses: anda-gaj
	Register string // the register it belongs to: anda; names are unique in it
	Name     string // official name
	Short    string // two to four characters for tiles and chips
	Family   UnitFamily
	ParentID UnitID
	SortNo   int  // protocol order
	Sample   bool // an invented entry, to be replaced
	Note     string
	// ContactID and LeaderID hold the posts 联络员 and 分管领导. The unit owns
	// its assignments; changing the person here moves reminders in one step.
	ContactID  UserID
	LeaderID   UserID
	ArchivedAt *time.Time
	Version    int
}

// UnitAlias is another name of a unit or of a group, confirmed once.
type UnitAlias struct {
	ID      int64
	Alias   string
	UnitID  UnitID
	GroupID GroupID
}

// UnitGroup is a named collection with dated membership, such as 中省市直各部门.
type UnitGroup struct {
	ID       GroupID
	Code     string
	Register string // names are unique in a register
	Name     string
	SortNo   int
}

// GroupMember is one unit's membership, on the days From to To inclusive. A
// zero To is open.
type GroupMember struct {
	ID       int64
	GroupID  GroupID
	UnitID   UnitID
	FromDate Date
	ToDate   Date
}

// On reports whether the membership holds on day d.
func (m GroupMember) On(d Date) bool {
	return !d.Before(m.FromDate) && (m.ToDate.IsZero() || !m.ToDate.Before(d))
}
