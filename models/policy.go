package models

// Act names something a person may do. Every verb and every route names one,
// and this page is the whole table of who may do it.
type Act string

const (
	// business, on one assignment
	ActSign       Act = "sign"       // 签收
	ActProgress   Act = "progress"   // 填报进展
	ActSubmit     Act = "submit"     // 填报完成, 补报
	ActAskNA      Act = "ask_na"     // 申请不涉及
	ActAskExtend  Act = "ask_extend" // 申请延期
	ActBlock      Act = "block"      // 报告受阻, 解除受阻
	ActApprove    Act = "approve"    // 通过
	ActReturn     Act = "return"     // 退回
	ActClose      Act = "close"      // 销号
	ActReopen     Act = "reopen"     // 重新办理
	ActWithdraw   Act = "withdraw"   // 撤销
	ActDecideExt  Act = "decide_ext" // 批复延期
	ActNudge      Act = "nudge"      // 催办
	ActOpinion    Act = "opinion"    // 督办意见
	ActSeeUnit    Act = "see_unit"   // read one unit's assignments and evidence
	ActSeeAll     Act = "see_all"    // read every unit's
	ActSeePlan    Act = "see_plan"   // read a plan's text
	ActImport     Act = "import"     // put a plan in, settle its doubts
	ActIssue      Act = "issue"      // 下发
	ActUnits      Act = "units"      // edit the register of units and groups
	ActPost       Act = "post"       // change a unit's contact or leader
	ActJobs       Act = "jobs"       // see outbox and jobs
	ActRunJobs    Act = "run_jobs"   // run a job, send a mail again
	ActPeople     Act = "people"     // accounts
	ActSeePeople  Act = "see_people" // read names and phones of contacts
	ActAudit      Act = "audit"      // read the log
	ActOwnAccount Act = "own"        // own session, own notices, own language
)

// reach says on whose assignments a right holds.
type reach int

const (
	none reach = iota
	own        // assignments of the actor's own unit
	all        // every assignment
)

// policy is the whole table: who may do what. A missing cell is none. The
// lead office does not act for units, so that nobody reviews what he handed
// in; the administrator has no business rights; the supervisor changes
// nothing (docs/glossary.md, "Roles of persons").
var policy = map[Act]map[Role]reach{
	ActSign:       {RoleContact: own},
	ActProgress:   {RoleContact: own},
	ActSubmit:     {RoleContact: own},
	ActAskNA:      {RoleContact: own},
	ActAskExtend:  {RoleContact: own},
	ActBlock:      {RoleContact: own, RoleLead: all},
	ActApprove:    {RoleLead: all},
	ActReturn:     {RoleLead: all},
	ActClose:      {RoleLead: all},
	ActReopen:     {RoleLead: all},
	ActWithdraw:   {RoleLead: all},
	ActDecideExt:  {RoleLead: all},
	ActNudge:      {RoleLead: all},
	ActOpinion:    {RoleSupervisor: all},
	ActSeeUnit:    {RoleContact: own, RoleLeader: own, RoleLead: all, RoleSupervisor: all},
	ActSeeAll:     {RoleLead: all, RoleSupervisor: all},
	ActSeePlan:    {RoleContact: all, RoleLeader: all, RoleLead: all, RoleSupervisor: all},
	ActImport:     {RoleLead: all},
	ActIssue:      {RoleLead: all},
	ActUnits:      {RoleLead: all, RoleAdmin: all},
	ActPost:       {RoleLead: all, RoleAdmin: all},
	ActJobs:       {RoleLead: all, RoleSupervisor: all, RoleAdmin: all},
	ActRunJobs:    {RoleLead: all, RoleAdmin: all},
	ActPeople:     {RoleAdmin: all},
	ActSeePeople:  {RoleLead: all, RoleSupervisor: all, RoleAdmin: all},
	ActAudit:      {RoleSupervisor: all, RoleAdmin: all, RoleLead: all},
	ActOwnAccount: {RoleContact: all, RoleLeader: all, RoleLead: all, RoleSupervisor: all, RoleAdmin: all},
}

// Acts lists every act of the table, for tests.
func Acts() []Act {
	out := make([]Act, 0, len(policy))
	for a := range policy {
		out = append(out, a)
	}
	return out
}

// May reports whether the actor's role allows the act at all, on some unit.
// A route asks this; the verb then asks MayOn with the unit concerned.
func (a Actor) May(act Act) bool { return a.System || policy[act][a.Role] != none }

// MayOn reports whether the actor may do the act on an assignment of unit u.
func (a Actor) MayOn(act Act, u UnitID) bool {
	if a.System {
		return true
	}
	switch policy[act][a.Role] {
	case all:
		return true
	case own:
		return a.UnitID != 0 && a.UnitID == u
	}
	return false
}

// Require returns nil when the actor may do the act on unit u; not_found when
// he may not even know of the unit's assignments, so that ids cannot be tried
// out; forbidden otherwise. Pass 0 where no unit is concerned.
func (a Actor) Require(act Act, u UnitID) error {
	if u == 0 && a.May(act) || u != 0 && a.MayOn(act, u) {
		return nil
	}
	if u != 0 && !a.Scope().Sees(u) {
		return Errf(NotFound, "err.not_found")
	}
	return Errf(Forbidden, "err.forbidden")
}
