package notify

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"duban/models"
	"duban/models/store"
	"duban/models/store/storetest"
)

// A relay in a process of its own is killed (SIGKILL) at random moments, over
// and over, while the mail server goes on. Nothing may be lost; what arrives
// twice must be explained by a kill, carry the same Message-ID, and show in
// the number of tries.
func TestKills(t *testing.T) {
	if file := os.Getenv("NOTIFY_TEST_KILLED"); file != "" {
		killed(t, file, os.Getenv("NOTIFY_TEST_PORT"), os.Getenv("NOTIFY_TEST_LIFE"))
		return
	}
	const mails = 150
	kills := 12
	if testing.Short() {
		kills = 3
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))

	srv := newServer(t, "127.0.0.1")
	srv.onData = func([]byte) error { time.Sleep(3 * time.Millisecond); return nil } // a server's own work
	srv.start(false)
	file := storetest.SQLiteFile(t)
	open := func() *store.DB {
		db, err := store.Open(t.Context(), store.Options{Database: file, Now: storetest.Clock})
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	db := open()
	want := queue(t, db, mails)
	db.Close()

	life := func(n int, kill bool) {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKills$", "-test.count=1")
		cmd.Env = append(os.Environ(), "NOTIFY_TEST_KILLED="+file, "NOTIFY_TEST_PORT="+strconv.Itoa(srv.port), "NOTIFY_TEST_LIFE="+strconv.Itoa(n))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		if !lines.Scan() || lines.Text() != "ready" {
			cmd.Process.Kill()
			t.Fatalf("life %d: %q %v", n, lines.Text(), cmd.Wait())
		}
		if kill {
			time.Sleep(time.Duration(10+random.IntN(60)) * time.Millisecond)
			cmd.Process.Kill()
			cmd.Wait()
			return
		}
		var rest string
		for lines.Scan() {
			rest += lines.Text() + "\n"
		}
		if err := cmd.Wait(); err != nil {
			t.Fatalf("the last life: %v\n%s", err, rest)
		}
	}
	for n := range kills {
		life(n, true)
	}
	life(kills, false)

	copies := map[string]int{}
	for _, m := range srv.mails() {
		copies[m.id(t)]++
	}
	db = open()
	defer db.Close()
	counts, err := db.CountMessages(t.Context())
	if err != nil || counts[models.MessageSent] != mails {
		t.Errorf("states %v %v, want %d sent", counts, err, mails)
	}
	all, err := db.Messages(t.Context(), store.MessageFilter{})
	if err != nil {
		t.Fatal(err)
	}
	lost, extra, unexplained := 0, 0, 0
	tries := map[string]int{}
	for _, m := range all {
		tries["<"+m.MIMEID+">"] = m.Tries
	}
	for _, id := range want {
		switch n := copies[id]; {
		case n == 0:
			lost++
		case n > 1:
			extra += n - 1
			if tries[id] < n {
				unexplained++
			}
		}
	}
	t.Logf("%d mails, %d kills: %d lost, %d extra, %d unexplained", mails, kills, lost, extra, unexplained)
	if lost > 0 || extra > kills || unexplained > 0 || len(copies) != mails {
		t.Errorf("want none lost, at most %d extra, none unexplained; %d different mails arrived", kills, len(copies))
	}
}

// killed is the child: a relay at work. Each life begins ten minutes after the
// one before, when its leases have run out.
func killed(t *testing.T, file, port, life string) {
	p, _ := strconv.Atoi(port)
	n, _ := strconv.Atoi(life)
	c := &clock{t: storetest.Now.Add(time.Duration(n) * 10 * time.Minute)}
	db, err := store.Open(context.Background(), store.Options{Database: file, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	out, err := NewSMTP(SMTPOptions{Host: net.IPv4(127, 0, 0, 1).String(), Port: p, TLS: "none", From: sender, Zone: zone})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("ready")
	res, err := (&Relay{DB: db, Sender: out, Now: c.now}).RunOnce(context.Background())
	if err != nil || res.Failed+res.Delayed > 0 {
		t.Fatalf("%+v %v", res, err)
	}
}
