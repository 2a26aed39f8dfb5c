package firmware

import (
	"maps"
	"testing"
)

// TestNameAndVersion: files state a device's name and version in forms of their
// own, and what names a kind of device, a kit or a single device is not its name
// where something better is there.
func TestNameAndVersion(t *testing.T) {
	for _, tt := range []struct {
		files         map[string]string
		name, version string
	}{
		// A host's name: with half of an address or a number behind it, of a kit.
		{map[string]string{"etc/hostname": "AX9-10EF\n"}, "AX9", ""},
		{map[string]string{"etc/hostname": "AX9-1200\n"}, "AX9-1200", ""},
		{map[string]string{"etc/hostname": "acme_5175AB\n"}, "", ""},
		{map[string]string{"etc/hostname": "dp-63720BXH\n"}, "", ""},
		{map[string]string{"etc/hostname": "Ambarella\n"}, "", ""},
		{map[string]string{"etc/hostname": "ax21xx\n"}, "", ""},
		{map[string]string{"etc/hostname": "rk3326_robot\n"}, "", ""},
		{map[string]string{"etc/device_info": "DEVICE_MANUFACTURER='%M'\nDEVICE_PRODUCT='%P'\n"}, "", ""},
		{map[string]string{"etc/config/version": "config version\n\toption version '17.2'\n\toption product 'ax9-w_acme'\n", "etc/config/env": "config envvars 'var'\n\toption company_name 'Acme'\n\toption prod_friendly_name 'MediaBox AX9 v2'\n\toption prod_number '9 v2'\n"}, "MediaBox AX9 v2", "17.2"},
		{map[string]string{"etc/config/system": "config system\n\toption hostname 'realtek-board'\n"}, "", ""},
		{map[string]string{"etc/init.d/rcS": "#!/bin/sh\nhostname acmebox2-00F2A1\n"}, "acmebox2", ""},
		// One word of both, and not in a folder below, where many models have one.
		{map[string]string{"etc/version": "AX9-2025_V1.0.26.2025S\n"}, "AX9-2025", "V1.0.26.2025S"},
		{map[string]string{"version.txt": "acme(E1+)EN-V1.2.325,2015.01.14 09:38.\n"}, "", "V1.2.325"},
		{map[string]string{"etc/defconfig/ax9/version": "AX9_V1.0.26\n"}, "", ""},
		{map[string]string{"perl/5.36.0/unicore/version": "14.0.0\n"}, "", ""},
		{map[string]string{"etc/version": "V800R316C00SPH205B001\n", "etc/wap/dl_version": "V100R001C03B050.1.0\n"}, "", "V800R316C00SPH205B001"},
		{map[string]string{"etc/acme_ver_num": "V6.0.20P1_J\n", "etc/ver_num_des": "SoftwareVer=AX9608MA\n"}, "", "V6.0.20P1_J"},
		{map[string]string{"etc/version.conf": "VERSION_MODEL = ax_9-dongle\nFIRMWARE = 19028000\n"}, "ax_9-dongle", "19028000"},
		{map[string]string{"etc/config/version": "config version\n\toption version '18.1.c.0429'\n\toption product 'ax9_acme'\n"}, "ax9_acme", "18.1.c.0429"},
		{map[string]string{"etc/config": "#\n# Automatically generated make config: don't edit\n#\nCONFIG_VENDOR_MODEL=\"AX900A\"\nCONFIG_VENDOR_ACME_FW_VERSION=\"7.5.93\"\nCONFIG_MODEL=\"X1\"\n"}, "AX900A", "7.5.93"},
		{map[string]string{"www/currentsetting.htm": "Firmware=V1.0.0.18ww\nRegionTag=AX9_ww\nModel=AX9v3\n"}, "AX9v3", "V1.0.0.18ww"},
		{map[string]string{"www/currentsetting.htm": "Firmware=V1.0.0.30_1.0.1@region#\nModel=@model_name#\n"}, "", "V1.0.0.30_1.0.1"},
		// Files made for it in folders of makers, of one statement, where they agree.
		{map[string]string{"etc/partition_config/soft-version": "soft_ver:1.3.2 Build 20210901 rel.69355\nfw_id:1186521D\n"}, "", "1.3.2 Build 20210901 rel.69355"},
		{map[string]string{"data/config/big_pack_version": "1.6.7\n", "mnt/config/acme_version.txt": "version=1.6.7\n"}, "", "1.6.7"},
		{map[string]string{"data/config/big_pack_version": "1.6.7\n", "home/program/data/version": "2.0.1\n"}, "", ""},
		{map[string]string{"flash/pd0/fw_ver": "2.60.52\n2.60.60\n"}, "", ""},
		{map[string]string{"lib/acme/version": "1.6.7\n", "home/www/version": "1.6.8\n", "home/app/kernel_version": "4.9.1\n", "home/app/web_version": "4.9.2\n"}, "", ""},
		{map[string]string{"etc/ota_info": "ota_version=1.1.0.23\nota_board_name=NEBOX\n"}, "NEBOX", "1.1.0.23"},
		{map[string]string{"etc/hw_id": "ax4410n\n"}, "ax4410n", ""},
		{map[string]string{"etc/hw_id": "0001\n"}, "", ""},
		// A word of letters and digits, and of two words a part's; what nobody counted.
		{map[string]string{"etc/version": "AX6728S_ACME.B05_Build04\n"}, "", "AX6728S_ACME.B05_Build04"},
		{map[string]string{"etc/wireless/version": "MT7615_LinuxAP\n"}, "", ""},
		{map[string]string{"VERSION": "go1.26.8\ntime 2026-01-01T00:00:00Z\n"}, "", ""},
		{map[string]string{"etc_ro/fireversion.cfg": "fireversion=ax10_V2.0.0.0(7241)_cn\n"}, "ax10", "V2.0.0.0(7241)_cn"},
		{map[string]string{"version": "ac_real_version:S13_1.08\nac_version:S12_1.07\n"}, "", "S12_1.07"},
		{map[string]string{"etc/version": "RK_VERSION=V1.0.0\n", "oem/conf/os-release": "ACME_VERSION=4.3.3_0045\n"}, "", "4.3.3_0045"},
		{map[string]string{"etc/os-release": "NAME=Buildroot\nVERSION=2017.02\nID=buildroot\n"}, "", ""},
		// A kind of device, and what designates one.
		{map[string]string{"etc.defaults/synoinfo.conf": "product=\"Acme NAS\"\ncompany=\"acme\"\nupnpmodelname=\"AX120j\"\n", "etc.defaults/VERSION": "productversion=\"6.2.3\"\n"}, "AX120j", "6.2.3"},
		{map[string]string{"etc/wscd.conf": "manufacturer = \"Acme Corp.\"\nmodel_name = \"Acme AP\"\n"}, "Acme AP", ""},
		{map[string]string{"etc/linux_version": "2.6.36\n", "etc/uboot_version": "4.2.1\n", "etc/acmeutils_version": "2.8.2\n", "etc/angstrom-version": "Angstrom 2009.X-test-20091023\n"}, "", ""},
		{map[string]string{"usr/share/xiaoqiang/xiaoqiang_version": "config core 'version'\n\toption ROM '2.18.500'\n\toption HARDWARE 'R9AX'\n\toption LINUX '0.0.1'\n"}, "R9AX", "2.18.500"},
		{map[string]string{"usr/share/mico/version": "config core 'version'\n\toption ROM '1.88.55'\n\toption HARDWARE 'LX9A'\n"}, "LX9A", "1.88.55"},
		{map[string]string{"usr/share/acme/version": "config core 'version'\n\toption ROM '1.88.55'\n\toption HARDWARE 'LX9A'\n"}, "", ""},
		{map[string]string{"configs/wap_version": "V800R019C30B010\n", "etc/version": "V500R022C00SPC340B019\n"}, "", "V500R022C00SPC340B019"},
		{map[string]string{"etc/fw_version": "V1.0.1.988\n", "etc/version": "v1.0\n"}, "", "V1.0.1.988"},
		{map[string]string{"usr/etc/deviceParaStatic.conf": "Manufacturer=AcmeNet\nCustomerSWVersion=V1.0.0.5\nCustomerHWVersion=V1.0\nModelName=T626Pro\n"}, "T626Pro", "V1.0.0.5"},
		{map[string]string{"etc/firmware": "CURVER=1.19.0\nVENDOR=AcmeNet\nPRODUCT=I1\n"}, "I1", "1.19.0"},
		// Settings that say who made it, and a file of the product's.
		{map[string]string{"etc/miniupnpd.conf": "manufacturer_name=Acme\nmodel_name=\"Acme AX9\"\n"}, "Acme AX9", ""},
		{map[string]string{"etc/miniupnpd.conf": "model_name=\"AX9\"\n"}, "", ""},
		{map[string]string{"etc/WSC.conf": "~eWPS_ENABLE#:2~wps_state=~~WPS_ENABLE#~\nconfig_methods=virtual_display\nmanufacturer=~~WSC_MANUFACTURER:Acme, Inc.~\nmodel_name=~~WSC_MODEL_NAME:APxx~\nmodel_number=~~WSC_MODEL_NUMBER:APxx-xxx~\ndevice_name=~~WSC_NAME:AcmeAP~\n"}, "", ""},
		{map[string]string{"etc/WSC.conf": "config_methods=virtual_display\nmanufacturer=Acme, Inc.\nfriendly_name=WPS Access Point\ndevice_type=6-0050F204-1\n"}, "", ""},
		{map[string]string{"etc/devInf.conf": "Manufacturer=AcmeNet\nModelName=AC1000F\nCustomerSoftwareVersion=VT5.3.1\nModemFirmwareVersion=1.2.3\n"}, "AC1000F", "VT5.3.1"},
		{map[string]string{"etc/devInf.conf": "Manufacturer=AcmeNet\nModelName=AC1000F\nModemFirmwareVersion=1.2.3\n"}, "AC1000F", ""},
		{map[string]string{"etc/gate.skl": "<manufacturer>AcmeNet</manufacturer>\n<modelName>Residential Gateway</modelName>\n<modelNumber>H368N</modelNumber>\n"}, "H368N", ""},
		{map[string]string{"etc/gate.skl": "<manufacturer>AcmeNet</manufacturer>\n<modelNumber>V2.1</modelNumber>\n"}, "", ""},
		// What a device is built on, a host's name that is no model, a table of others'.
		{map[string]string{"etc/version": "Angstrom v2013.06\n"}, "", ""},
		{map[string]string{"etc/version": "LE.BR.1.2.1.c1-00500-9x07\n"}, "", ""},
		{map[string]string{"etc/version": "LE9.BR.1.2.1\n"}, "", "LE9.BR.1.2.1"},
		{map[string]string{"etc/device_info": "DEVICE_PRODUCT='PandoraBox'\n"}, "", ""},
		{map[string]string{"etc/linuxigd/gatedesc.xml": "<manufacturer>AcmeNet</manufacturer>\n<modelName>IGD Version 2.00</modelName>\n"}, "", ""},
		{map[string]string{"etc/hostname": "imx6sxsabresd\n"}, "", ""},
		{map[string]string{"etc/hostname": "a9s\n"}, "", ""},
		{map[string]string{"etc/hostname": "K2P\n"}, "K2P", ""},
		{map[string]string{"etc/openzwave/acme/ax212.xml": "<!-- Brand Name: AcmeNet\nManufacturer Specific - 0x72\nProduct Identifier: AX-212 -->\n<modelName>AX-212</modelName>\n"}, "", ""},
		{map[string]string{"app/config/ProductConfig.xml": "<mConfig>\n\t<modelName>AX9900P V3</modelName>\n</mConfig>\n"}, "AX9900P V3", ""},
	} {
		checkDevice(t, tt.files, tt.name, tt.version)
	}
}

// checkDevice scans files beside a program, and compares what the device is called.
func checkDevice(t *testing.T, files map[string]string, name, version string) {
	t.Helper()
	tree := maps.Clone(files)
	tree["bin/program"] = program("text")
	doc := scan(t, tree, nil)
	if doc.Subject.Name != name || doc.Subject.Version != version {
		t.Errorf("%q: %q, %q; want %q, %q", files, doc.Subject.Name, doc.Subject.Version, name, version)
	}
}
