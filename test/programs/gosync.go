// SPDX-License-Identifier: GPL-2.0

// A Go program that confines itself with libseccomp: all its threads, then its
// main thread once more. At the socket that it is given it tells with which errors
// calls fail ("calls"), and puts all threads under one more filter ("sync").
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"syscall"
	"unsafe"

	seccomp "github.com/seccomp/libseccomp-golang"
)

// filter has a call fail with an error number of its own.
func filter(call string, number int16) (*seccomp.ScmpFilter, error) {
	f, err := seccomp.NewFilter(seccomp.ActAllow)
	if err != nil {
		return nil, err
	}
	id, err := seccomp.GetSyscallFromName(call)
	if err != nil {
		return nil, err
	}
	return f, f.AddRule(id, seccomp.ActErrno.SetReturnCode(number))
}

// confineAll is what the binding does by itself: a filter is for all threads.
func confineAll(call string, number int16) error {
	f, err := filter(call, number)
	if err != nil {
		return err
	}
	defer f.Release()
	return f.Load()
}

// confineThread installs a filter for the calling thread only.
func confineThread(call string, number int16) error {
	f, err := filter(call, number)
	if err != nil {
		return err
	}
	defer f.Release()
	reader, writer, err := os.Pipe()
	if err != nil {
		return err
	}
	defer reader.Close()
	err = f.ExportBPF(writer)
	writer.Close()
	if err != nil {
		return err
	}
	code, err := io.ReadAll(reader)
	if err != nil {
		return err
	}
	program := syscall.SockFprog{
		Len:    uint16(len(code) / syscall.SizeofSockFilter),
		Filter: (*syscall.SockFilter)(unsafe.Pointer(&code[0])),
	}
	if _, _, number := syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_SECCOMP,
		2 /* SECCOMP_MODE_FILTER */, uintptr(unsafe.Pointer(&program))); number != 0 {
		return number
	}
	return nil
}

// calls has the errors of the calls that filters are about.
func calls() string {
	var said []string

	for _, call := range []uintptr{syscall.SYS_ACCT, syscall.SYS_SWAPON, syscall.SYS_SWAPOFF} {
		_, _, number := syscall.RawSyscall(call, 1, 0, 0)
		said = append(said, fmt.Sprint(int(number)))
	}
	return strings.Join(said, " ")
}

// onOther runs a function on a thread that is not the main one.
func onOther(what func() string) string {
	answer := make(chan string)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		answer <- what()
	}()
	return <-answer
}

// sync is the main thread's: it alone has all other threads' filters below its own.
func sync() string {
	if err := confineAll("swapoff", 103); err != nil {
		return err.Error()
	}
	return "done"
}

func serve(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		lines := bufio.NewScanner(connection)
		for lines.Scan() {
			switch lines.Text() {
			case "calls":
				fmt.Fprintf(connection, "%s, others %s\n", calls(), onOther(calls))
			case "sync":
				fmt.Fprintln(connection, sync())
			}
		}
		connection.Close()
	}
}

func init() {
	// main() then has the main thread for itself
	runtime.LockOSThread()
}

func main() {
	if err := confineAll("acct", 101); err != nil {
		panic(err)
	}
	if err := confineThread("swapon", 102); err != nil {
		panic(err)
	}
	listener, err := net.Listen("unix", os.Args[1])
	if err != nil {
		panic(err)
	}
	serve(listener)
}
